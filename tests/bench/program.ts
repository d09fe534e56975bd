import { fileURLToPath } from "node:url";
import { AccountStore } from "../../lib/auth/account_store.ts";
import { generateToken, hashToken } from "../../lib/auth/token.ts";
import { HEAP_FLAG, permissionFlags } from "../../lib/cli/flags.ts";
import { loadConfig } from "../../lib/config/config.ts";
import { openDatabase } from "../../lib/database/open.ts";
import { forEachBounded } from "../../lib/proxmox/fan_out.ts";
import { type ServeProcess, superviseServe } from "../support/cli.ts";
import { Folder } from "../support/folder.ts";
import type { Stopped } from "./calls.ts";
import { Child } from "./child.ts";
import { freePort } from "../support/port.ts";

/** What the fast Proxmox says of itself when it has started. */
export interface Cluster {
  readonly port: number;
  readonly caPem: string;
  readonly authorization: string;
  readonly token: { readonly user: string; readonly name: string; readonly value: string };
  readonly stopped: [Stopped, ...Stopped[]];
}

/** Something that is measured: a process, and where to send what. */
export interface Subject {
  readonly name: string;
  readonly pid: number;
  readonly port: number;
  readonly tokens: readonly string[];
}

export const HERE: string = fileURLToPath(new URL("../../", import.meta.url));

/** The program of a checkout as a process of its own. */
export class Program implements Subject, AsyncDisposable {
  readonly name: string;
  readonly tokens: readonly string[];
  readonly #server: ServeProcess;
  readonly #folder: Folder;

  private constructor(
    { name, tokens, server, folder }: {
      name: string;
      tokens: readonly string[];
      server: ServeProcess;
      folder: Folder;
    },
  ) {
    this.name = name;
    this.tokens = tokens;
    this.#server = server;
    this.#folder = folder;
  }

  static async start(
    name: string,
    { cluster, checkout = HERE, databaseUrl, shareSeconds, workers = 1, tokens: count = 4 }: {
      cluster: Cluster;
      checkout?: string;
      /** How long reads are shared; as by default when not given. */
      shareSeconds?: number;
      /** Workers that serve together; one when not given. */
      workers?: number;
      /** How many tokens there are; 4 when not given. */
      tokens?: number;
      /** A SQLite file of its own when not given. */
      databaseUrl?: string;
    },
  ): Promise<Program> {
    const folder = await Folder.make();
    await folder.write("ca.pem", cluster.caPem);
    const { user, name: tokenName, value } = cluster.token;
    const config = await folder.write("config.json", {
      proxmox: {
        host: "127.0.0.1",
        port: cluster.port,
        ca_file: "ca.pem",
        ...(shareSeconds === undefined ? {} : { share_seconds: shareSeconds }),
      },
      auth: { user, token_name: tokenName, token_value: value },
      server: {
        port: workers > 1 ? freePort() : 0,
        ...(workers > 1 ? { workers } : {}),
        max_connections: 20_000,
        rate_limit: { requests_per_minute: 1_000_000 },
      },
      database: { url: databaseUrl ?? `sqlite:${folder.at("bench.db")}` },
      logging: { file: folder.at("server.log") },
    });
    const tokens = await makeTokens(checkout, { config, count });
    const server = await launch(checkout, config);
    return new Program({ name, tokens, server, folder });
  }

  get pid(): number {
    return this.#server.pid;
  }

  get port(): number {
    return Number(new URL(this.#server.url).port);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server[Symbol.asyncDispose]();
    await this.#folder[Symbol.asyncDispose]();
  }
}

/** Makes the tables and so many tokens of one superuser, which may do everything. */
export async function makeTokens(
  checkout: string,
  { config, count }: { config: string; count: number },
): Promise<string[]> {
  await run(
    checkout,
    [["migrate"], ["user", "create", "ada", "--superuser"]]
      .map((args) => [...args, "--config", config]),
  );
  const { database: { url } } = await loadConfig({ file: config, env: () => undefined });
  const database = await openDatabase(url);
  try {
    const store = new AccountStore(database);
    // A command for each would take minutes for a thousand.
    return await forEachBounded(
      Array.from({ length: count }, (_, at) => `t${at}`),
      async (name) => {
        const raw = generateToken();
        await store.createToken({
          ...{ username: "ada", name, tokenHash: hashToken(raw), permission: "admin" },
          ...{ expires: null, createdAt: new Date(), allowedIps: "" },
        });
        return raw;
      },
    );
  } finally {
    await database.close();
  }
}

/** Starts a checkout's program, locked as `deno task start` locks it. */
export async function launch(checkout: string, config: string): Promise<ServeProcess> {
  const flags = permissionFlags(await loadConfig({ file: config, env: () => undefined }))
    .map((flag) => flag.replaceAll(HERE, `${checkout}/`));
  return await superviseServe(
    new Deno.Command(Deno.execPath(), {
      args: ["run", HEAP_FLAG, ...flags, `${checkout}/main.ts`, "serve", "--config", config],
      cwd: checkout,
      env: { DENO_NO_UPDATE_CHECK: "1" },
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }),
  );
}

/** Runs command lines of a checkout's program. */
async function run(checkout: string, commands: readonly string[][]): Promise<void> {
  const script = fileURLToPath(new URL("commands_process.ts", import.meta.url));
  const args = ["run", "--config", `${checkout}/deno.json`, "--no-prompt", "-A", script];
  const { success, stdout } = await new Deno.Command(Deno.execPath(), {
    args: [...args, checkout, JSON.stringify(commands)],
    cwd: checkout,
    stderr: "inherit",
  }).output();
  if (!success) throw new Error(`a command failed: ${new TextDecoder().decode(stdout).trim()}`);
}

/** The handler that the program is held against. */
export async function startBare(cluster: Cluster): Promise<Subject & { readonly child: Child }> {
  const args = [String(cluster.port), cluster.caPem, cluster.authorization];
  const child = new Child("bare_process.ts", args);
  const { port } = await child.next<{ port: number }>();
  return { name: "bare", pid: child.pid, port, tokens: ["bare"], child };
}
