import { createAuthenticatedToken } from "./tokens.ts";
import { loadConfig } from "../lib/config/config.ts";
import type { Permission } from "../lib/auth/scope.ts";
import { AuditTrail } from "../lib/audit/trail.ts";
import { AccountStore } from "../lib/auth/account_store.ts";
import type { Database } from "../lib/database/database.ts";
import { DEFAULT_CLUSTER } from "../lib/database/cluster_name.ts";
import { migrate } from "../lib/database/migrate.ts";
import { openDatabase } from "../lib/database/open.ts";
import { createLog } from "../lib/log/log.ts";
import type { ServerOptions } from "../lib/parts.ts";
import { type RunningServer, startServer } from "../lib/server.ts";
import { type FakePve, type FakePveOptions, startFakePve } from "./fake_pve.ts";
import { type Role, Served, type ServedParts } from "./support/served.ts";

export type { Role, ToolAnswer } from "./support/served.ts";

export interface SiteOptions extends Pick<ServerOptions, "tools" | "features"> {
  readonly pve?: FakePveOptions;
  /** Simulated clusters besides the first, by the names that the configuration gives them. */
  readonly clusters?: Readonly<Record<string, ClusterOptions>>;
  /** Sections of the configuration file, laid over those that the site needs. */
  readonly config?: Record<string, Record<string, unknown>>;
  readonly now?: () => Date;
  /** Milliseconds that only ever rise; default: the process's own. */
  readonly monotonic?: () => number;
  /** Waits between two questions to Proxmox; default: as long as it is told to. */
  readonly sleep?: (ms: number, signal: AbortSignal) => Promise<void>;
  /** Opens the database; default: an SQLite file of the site's own. */
  readonly openDatabase?: () => Promise<Database>;
  /** What the server calls its own version. */
  readonly version?: string;
  /** Who holds the tokens; several sites on one database need several names. */
  readonly username?: string;
  /** Trusts the simulated cluster by its certificate's fingerprint instead of its CA. */
  readonly pinned?: boolean;
  /** Reads documents of clients that sign in. */
  readonly clientFetch?: NonNullable<ServerOptions["clientFetch"]>;
}

/** A simulated cluster under `clusters` in the configuration. */
export interface ClusterOptions {
  readonly pve?: FakePveOptions;
  /** Keys laid over those that it needs. */
  readonly proxmox?: Record<string, unknown>;
  readonly auth?: Record<string, unknown>;
}

/** A whole installation: a simulated cluster, a database, and the real server in front of it. */
export class Site extends Served implements AsyncDisposable {
  readonly server: RunningServer;
  readonly database: Database;
  readonly folder: string;
  /** Every simulated cluster by its name; `default` is the first. */
  readonly fakes: Readonly<Record<string, FakePve>>;

  private constructor(
    { server, database, folder, fakes, ...parts }:
      & Omit<ServedParts, "url">
      & Pick<Site, "server" | "database" | "folder" | "fakes">,
  ) {
    super({ ...parts, url: server.url });
    this.server = server;
    this.database = database;
    this.folder = folder;
    this.fakes = fakes;
  }

  static async start(options: SiteOptions = {}): Promise<Site> {
    const { pve = {}, config = {}, now = () => new Date(), username = "ada" } = options;
    const { version = "0.0.0-test" } = options;
    const fake = await startFakePve(pve);
    const others = await startOthers(options.clusters ?? {});
    const folder = await makeFolder();
    await Deno.writeTextFile(`${folder}/ca.pem`, fake.caPem);
    await Deno.mkdir(`${folder}/secrets`, { mode: 0o700 });
    const file = {
      proxmox: {
        host: fake.host,
        port: fake.port,
        // Tests change the cluster beside the server: only what is under way is shared.
        share_seconds: 1e-6,
        ...(options.pinned ? { fingerprint: fake.fingerprint } : { ca_file: `${folder}/ca.pem` }),
        ...config.proxmox,
      },
      auth: {
        user: fake.token.user,
        token_name: fake.token.name,
        token_value: fake.token.value,
        ...config.auth,
      },
      ...(options.clusters === undefined
        ? {}
        : { clusters: await sectionsOf(options.clusters, { folder, others }) }),
      server: {
        port: 0,
        rate_limit: { requests_per_minute: 0, failed_logins_per_minute: 0 },
        ...config.server,
      },
      ...(config.backup_servers ? { backup_servers: config.backup_servers } : {}),
      ...(config.tools ? { tools: config.tools } : {}),
      ...(config.audit ? { audit: config.audit } : {}),
      // Tests count what Proxmox is asked; those of the history look by themselves.
      history: { enabled: false, ...config.history },
      logging: { level: "DEBUG", ...config.logging },
    };
    await Deno.writeTextFile(`${folder}/config.json`, JSON.stringify(file), { mode: 0o600 });
    const loaded = await loadConfig({
      file: `${folder}/config.json`,
      env: () => undefined,
      readFile: Deno.readTextFile,
    });
    const lines: string[] = [];
    const log = createLog({ ...loaded.logging, stderr: (line) => lines.push(line), now });
    const database = await options.openDatabase?.() ??
      await openDatabase(`sqlite:${folder}/test.db`);
    await migrate(database, { now });
    const store = new AccountStore(database);
    const trail = new AuditTrail(database);
    const permissions: Record<Role, Permission> = { user: "read", write: "write", admin: "admin" };
    await store.createUser({
      username,
      roleName: null,
      isSuperuser: true,
      createdAt: now(),
    });
    const token = (role: Role) =>
      createAuthenticatedToken(store, { username, permission: permissions[role], now });
    const tokens = {
      user: await token("user"),
      write: await token("write"),
      admin: await token("admin"),
    };
    const server = await startServer({
      config: loaded,
      database,
      accounts: store,
      trail,
      log,
      now,
      ...(options.monotonic ? { monotonic: options.monotonic } : {}),
      ...(options.sleep ? { sleep: options.sleep } : {}),
      ...(options.clientFetch ? { clientFetch: options.clientFetch } : {}),
      ...(options.tools ? { tools: options.tools } : {}),
      ...(options.features ? { features: options.features } : {}),
      version,
    });
    const fakes = { [DEFAULT_CLUSTER]: fake, ...others };
    return new Site({ fake, fakes, server, database, store, trail, folder, tokens, lines });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.server.shutdown();
    await this.database.close();
    await Deno.remove(this.folder, { recursive: true });
    for (const fake of Object.values(this.fakes)) await fake.close();
  }
}

async function startOthers(
  clusters: Readonly<Record<string, ClusterOptions>>,
): Promise<Record<string, FakePve>> {
  const started = Object.entries(clusters).map(async ([name, { pve = {} }]) =>
    [name, await startFakePve(pve)] as const
  );
  return Object.fromEntries(await Promise.all(started));
}

/** What the configuration says of each under \`clusters\`. */
async function sectionsOf(
  clusters: Readonly<Record<string, ClusterOptions>>,
  { folder, others }: { folder: string; others: Readonly<Record<string, FakePve>> },
): Promise<Record<string, unknown>> {
  const sections: Record<string, unknown> = {};
  for (const [name, fake] of Object.entries(others)) {
    const { proxmox, auth } = clusters[name] ?? {};
    const ca_file = `${folder}/${name}.pem`;
    await Deno.writeTextFile(ca_file, fake.caPem);
    sections[name] = {
      proxmox: { host: fake.host, port: fake.port, share_seconds: 1e-6, ca_file, ...proxmox },
      auth: {
        user: fake.token.user,
        token_name: fake.token.name,
        token_value: fake.token.value,
        ...auth,
      },
    };
  }
  return sections;
}

/** In memory where the system has a place for it: the database waits for its disk at every commit. */
async function makeFolder(): Promise<string> {
  const memory = "/dev/shm";
  const there = await Deno.stat(memory).then(({ isDirectory }) => isDirectory, () => false);
  return await Deno.makeTempDir({ prefix: "site-", ...(there ? { dir: memory } : {}) });
}
