import { fileURLToPath } from "node:url";
import { HEAP_FLAG, permissionFlags } from "../../lib/cli/flags.ts";
import { loadConfig } from "../../lib/config/config.ts";
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

/** The commands that make the tables and a superuser, which may do everything. */
export const FOUND = [["migrate"], ["user", "create", "ada", "--superuser"]];

/** Makes the tables and so many tokens of one superuser. */
async function makeTokens(
  checkout: string,
  { config, count }: { config: string; count: number },
): Promise<string[]> {
  const make = ["token", "create", "--user", "ada", "--permission", "admin"];
  const names = Array.from({ length: count }, (_, at) => `t${at}`);
  const commands = [...FOUND, ...names.map((name) => [...make, "--name", name])];
  return (await runCommands(checkout, { config, commands })).slice(-count);
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

/** Runs command lines of a checkout's program; gives the lines that they write. */
export async function runCommands(
  checkout: string,
  { config, commands }: { config: string; commands: readonly string[][] },
): Promise<string[]> {
  const script = fileURLToPath(new URL("commands_process.ts", import.meta.url));
  const args = ["run", "--config", `${checkout}/deno.json`, "--no-prompt", "-A", script];
  const lines = commands.map((command) => [...command, "--config", config]);
  const { success, stdout } = await new Deno.Command(Deno.execPath(), {
    args: [...args, checkout, JSON.stringify(lines)],
    cwd: checkout,
    stderr: "inherit",
  }).output();
  const text = new TextDecoder().decode(stdout).trim();
  if (!success) throw new Error(`a command failed: ${text}`);
  return text.split("\n");
}

/** The handler that the program is held against. */
export async function startBare(cluster: Cluster): Promise<Subject & { readonly child: Child }> {
  const args = [String(cluster.port), cluster.caPem, cluster.authorization];
  const child = new Child("bare_process.ts", args);
  const { port } = await child.next<{ port: number }>();
  return { name: "bare", pid: child.pid, port, tokens: ["bare"], child };
}
