import { dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import type { Command } from "commander";
import {
  checkVariables,
  type Config,
  ENVIRONMENT_NAMES,
  hostForUrl,
  SETTLED_NAMES,
  sqlitePath,
} from "../../config/config.ts";
import { requiredPermissions } from "../../sandbox/permissions.ts";
import type { CliContext } from "../context.ts";
import { runTask } from "../run.ts";
import { listenToSignals } from "../serve/signals.ts";
import { requireConfig } from "./add_cluster.ts";
import type { Asking } from "./asking.ts";
import { chooseBackupAddress, configToExtend } from "./backup_address.ts";
import { configPath, Existing } from "./existing.ts";
import { askingFor } from "./init.ts";
import { UNIT_FILE } from "./install_unit.ts";
import { type InitArguments, withInitOptions } from "./options.ts";
import { chooseEndpoint, type Endpoint } from "./server.ts";
import { Steps } from "./steps.ts";
import { LOCALE_NAMES, textsFor } from "./texts.ts";

/** `deno task init`: `init` from a checkout, which reaches no host but Proxmox and the database. */
function describeInit(command: Command, context: CliContext): Command {
  return withInitOptions(command)
    .description("set everything up, step by step: config, token, database, first user")
    .action(async (options: InitArguments) => {
      const { io } = context;
      checkVariables(io.env);
      const path = await configPath(options.config, {
        env: io.env,
        unit: options.unit !== undefined,
      });
      const existing = await Existing.read(path, { force: options.force ?? false });
      const steps = new Steps({ ...io, out: () => {} }, textsFor(options.language, io.env));
      const asking = askingFor(io, options);
      if (options.addBackupServer !== undefined) {
        return context.setStatus(
          await addBackupServer(options.addBackupServer, { options, asking, steps, env: io.env }),
        );
      }
      if (options.addCluster !== undefined) {
        const around = { options, existing, asking, steps, env: io.env };
        return context.setStatus(await addCluster(options.addCluster, around));
      }
      const endpoint = await chooseEndpoint(options, { existing, asking, env: io.env, steps });
      const config = await configFor(existing, { endpoint, options, env: io.env });
      const { host, port } = endpoint;
      const address = `--host=${hostForUrl(host)}:${port}`;
      const args = endpoint.isKept ? Deno.args : [...Deno.args, address];
      context.setStatus(await run([...initFlags(config, options), main(), "init", ...args]));
    });
}

/** The address is asked for here, since what runs may reach no other. */
async function addBackupServer(
  name: string,
  { options, asking, steps, env }: {
    options: InitArguments;
    asking: Asking;
    steps: Steps;
    env: CliContext["io"]["env"];
  },
): Promise<number> {
  const existing = await configToExtend(name, { options, env });
  const address = await chooseBackupAddress(options, { asking, steps });
  const { backup_servers = {} } = existing.content;
  const section = { ...address, user: "nobody@pbs", token_name: "none", token_value: "none" };
  const content = { ...existing.content, backup_servers: { ...backup_servers, [name]: section } };
  const config = await existing.preview(content, { env });
  const host = `--host=${hostForUrl(address.host)}:${address.port}`;
  return await run([...initFlags(config, options), main(), "init", ...Deno.args, host]);
}

/** The same for one more cluster. */
async function addCluster(
  name: string,
  { options, existing, asking, steps, env }: {
    options: InitArguments;
    existing: Existing;
    asking: Asking;
    steps: Steps;
    env: CliContext["io"]["env"];
  },
): Promise<number> {
  const own = requireConfig(existing).within(name);
  const endpoint = await chooseEndpoint(options, {
    existing: own,
    asking,
    env: () => undefined,
    steps,
  });
  const { host, port } = endpoint;
  const auth = { user: "nobody@pve", token_name: "none", token_value: "none" };
  const sections = { proxmox: { host, port }, auth };
  const { clusters = {} } = existing.content;
  const content = { ...existing.content, clusters: { ...clusters, [name]: sections } };
  const config = await existing.preview(content, { env });
  const address = endpoint.isKept ? [] : [`--host=${hostForUrl(host)}:${port}`];
  return await run([...initFlags(config, options), main(), "init", ...Deno.args, ...address]);
}

/** What is known of the config before the token is, for what it calls for. */
function configFor(
  existing: Existing,
  { endpoint, options, env }: {
    endpoint: Endpoint;
    options: InitArguments;
    env: CliContext["io"]["env"];
  },
): Promise<Config> {
  const { server = {}, database } = existing.content;
  const { host, port } = endpoint;
  const content = {
    proxmox: { host, port },
    auth: { user: "nobody@pve", token_name: "none", token_value: "none" },
    server: {
      ...server,
      ...(options.httpHost === undefined ? {} : { host: options.httpHost }),
      ...(options.httpPort === undefined ? {} : { port: options.httpPort }),
    },
    ...(database === undefined ? {} : { database }),
  };
  return existing.preview(content, { env });
}

/** What a run needs: Proxmox, the address to listen on, the database, and the files that it writes. */
export function initFlags(
  config: Config,
  options: Pick<InitArguments, "createToken" | "tokenOut" | "unit">,
): string[] {
  const { net, ignoreEnv } = requiredPermissions(config);
  const database = sqlitePath(config.database.url);
  const folders = [config.file, database, options.tokenOut].flatMap((path) =>
    path === undefined || path === null ? [] : [dirname(resolve(path))]
  );
  const unit = typeof options.unit === "string" ? resolve(options.unit) : UNIT_FILE;
  const env = [...ENVIRONMENT_NAMES, ...SETTLED_NAMES, ...LOCALE_NAMES, "NO_COLOR"];
  return [
    "--no-prompt",
    "--deny-import",
    "--no-remote",
    `--allow-net=${net.join(",")}`,
    "--allow-read",
    `--allow-write=${[...folders, "/var/lib/proxmox-mcp", dirname(unit)].join(",")}`,
    `--allow-env=${env.join(",")}`,
    ...(options.createToken ? ["--allow-run=pveum"] : []),
    `--ignore-env=${ignoreEnv.join(",")}`,
  ];
}

function main(): string {
  return fileURLToPath(new URL("../../../main.ts", import.meta.url));
}

async function run(args: readonly string[]): Promise<number> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", ...args],
    env: { DENO_NO_UPDATE_CHECK: "1" },
  }).spawn();
  using _listening = listenToSignals((_, name) => child.kill(name));
  return (await child.status).code;
}

if (import.meta.main) await runTask("init", describeInit);
