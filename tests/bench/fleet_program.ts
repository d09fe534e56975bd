import { AccountStore } from "../../lib/auth/account_store.ts";
import { generateToken, hashToken } from "../../lib/auth/token.ts";
import { loadConfig } from "../../lib/config/config.ts";
import { openDatabase } from "../../lib/database/open.ts";
import { forEachBounded } from "../../lib/proxmox/fan_out.ts";
import type { ServeProcess } from "../support/cli.ts";
import { Folder } from "../support/folder.ts";
import type { Fleet } from "./fleet_fake_process.ts";
import { nameOf } from "./fleet_guests.ts";
import { FOUND, HERE, launch, runCommands } from "./program.ts";

interface Options {
  readonly fleet: Fleet;
  /** Whose program; this checkout's when not given. */
  readonly checkout?: string;
  /** A SQLite file of its own when not given. */
  readonly databaseUrl?: string;
  /** Whether it looks once an hour how everything is. */
  readonly history?: boolean;
  /** How many tokens are made. */
  readonly tokens: number;
}

/** The program with every cluster of a fleet, as so many processes on one database. */
export class FleetProgram implements AsyncDisposable {
  readonly tokens: readonly string[];
  readonly servers: readonly ServeProcess[];
  readonly #folder: Folder;

  private constructor(
    { tokens, servers, folder }: {
      tokens: readonly string[];
      servers: readonly ServeProcess[];
      folder: Folder;
    },
  ) {
    this.tokens = tokens;
    this.servers = servers;
    this.#folder = folder;
  }

  static async start(
    { instances, ...options }: Options & { readonly instances: number },
  ): Promise<FleetProgram> {
    const { checkout = HERE, fleet, history = false, tokens: count } = options;
    const folder = await Folder.make();
    await folder.write("ca.pem", fleet.caPem);
    const { user, name, value } = fleet.token;
    const sections = fleet.ports.map((port, at) =>
      [nameOf(at), {
        proxmox: { host: "127.0.0.1", port, ca_file: "ca.pem" },
        auth: { user, token_name: name, token_value: value },
      }] as const
    );
    const config = await folder.write("config.json", {
      clusters: Object.fromEntries(sections),
      server: { port: 0, rate_limit: { requests_per_minute: 1_000_000 } },
      history: { enabled: history },
      database: { url: options.databaseUrl ?? `sqlite:${folder.at("fleet.db")}` },
      logging: { file: folder.at("server.log") },
    });
    const tokens = await makeTokens(checkout, { config, count });
    const servers = await Promise.all(
      Array.from({ length: instances }, () => launch(checkout, config)),
    );
    return new FleetProgram({ tokens, servers, folder });
  }

  get ports(): number[] {
    return this.servers.map(({ url }) => Number(new URL(url).port));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const server of this.servers) await server[Symbol.asyncDispose]();
    await this.#folder[Symbol.asyncDispose]();
  }
}

/** Makes the tables and so many tokens of one superuser; a command for each would take minutes for a thousand. */
async function makeTokens(
  checkout: string,
  { config, count }: { config: string; count: number },
): Promise<string[]> {
  await runCommands(checkout, { config, commands: FOUND });
  const { database: { url } } = await loadConfig({ file: config, env: () => undefined });
  const database = await openDatabase(url);
  try {
    const store = new AccountStore(database);
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
