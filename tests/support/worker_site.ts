import { AuditTrail } from "../../lib/audit/trail.ts";
import { AccountStore } from "../../lib/auth/account_store.ts";
import type { Database } from "../../lib/database/database.ts";
import { migrate } from "../../lib/database/migrate.ts";
import { openDatabase } from "../../lib/database/open.ts";
import { type FakePve, startFakePve } from "../fake_pve.ts";
import { createAuthenticatedToken } from "../tokens.ts";
import { type ServeProcess, startServe } from "./cli.ts";
import { Folder } from "./folder.ts";
import { Served, type ServedParts } from "./served.ts";
import { until } from "./until.ts";
import { freePort } from "./port.ts";

export interface WorkerSiteOptions {
  readonly workers: number;
  /** An SQLite file of the site's own when not given. */
  readonly databaseUrl?: string;
  /** The cluster of another site, which takes it down; one of its own when not given. */
  readonly fake?: FakePve;
  readonly username?: string;
  readonly server?: Readonly<Record<string, unknown>>;
  /** Other sections of the config, whose files may be in its folder. */
  readonly sections?: (folder: Folder) => Readonly<Record<string, unknown>>;
  /** Files of the config's folder beside its own. */
  readonly files?: Readonly<Record<string, string>>;
  /** The CA of the server's own certificate. */
  readonly caPem?: string;
  /** Starts the server by the path of its config; `serve` when not given. */
  readonly start?: (config: string) => Promise<ServeProcess>;
}

const HOW = ["-A", "--unstable-net", "--unstable-worker-options"];

/** So many connections that one worker alone has all of them once in 30,000 times. */
const CONNECTIONS = 16;

/** A server in several workers as a process of its own, with its database open beside it. */
export class WorkerSite extends Served implements AsyncDisposable {
  readonly process: ServeProcess;
  readonly config: string;
  readonly folder: Folder;
  readonly database: Database;
  readonly #workers: number;
  readonly #ownFake: FakePve | null;
  readonly #caPem: string | undefined;

  private constructor(
    { process, config, folder, database, workers, ownFake, caPem, ...served }:
      & Pick<ServedParts, "fake" | "tokens">
      & Pick<WorkerSite, "process" | "config" | "folder">
      & Pick<WorkerSiteOptions, "workers">
      & {
        readonly database: Database;
        readonly ownFake: FakePve | null;
        readonly caPem: string | undefined;
      },
  ) {
    const store = new AccountStore(database);
    const trail = new AuditTrail(database);
    super({ ...served, store, trail, url: process.url, lines: process.lines });
    this.process = process;
    this.config = config;
    this.database = database;
    this.folder = folder;
    this.#workers = workers;
    this.#ownFake = ownFake;
    this.#caPem = caPem;
  }

  static async start(options: WorkerSiteOptions): Promise<WorkerSite> {
    const { workers, username = "ada", caPem } = options;
    const folder = await Folder.make();
    const ownFake = options.fake === undefined ? await startFakePve({ guests: 40 }) : null;
    const fake = options.fake ?? ownFake!;
    const databaseUrl = options.databaseUrl ?? `sqlite:${folder.at("workers.db")}`;
    await folder.write("ca.pem", fake.caPem);
    for (const [name, text] of Object.entries(options.files ?? {})) await folder.write(name, text);
    const { user, name: token_name, value: token_value } = fake.token;
    const rate_limit = { requests_per_minute: 0, failed_logins_per_minute: 0 };
    const config = await folder.write("config.json", {
      proxmox: { host: fake.host, port: fake.port, ca_file: "ca.pem", share_seconds: 1e-6 },
      auth: { user, token_name, token_value },
      server: { port: freePort(), workers, rate_limit, ...options.server },
      database: { url: databaseUrl },
      history: { enabled: false },
      ...options.sections?.(folder),
    });
    const database = await openDatabase(databaseUrl);
    const now = () => new Date();
    await migrate(database, { now });
    const accounts = new AccountStore(database);
    await accounts.createUser({ username, roleName: null, isSuperuser: true, createdAt: now() });
    const make = (permission: "read" | "write" | "admin") =>
      createAuthenticatedToken(accounts, { username, permission, now });
    const tokens = {
      user: await make("read"),
      write: await make("write"),
      admin: await make("admin"),
    };
    const start = options.start ?? ((file) => startServe(["--config", file], { flags: HOW }));
    const process = await start(config);
    const parts = { process, config, folder, database, workers, ownFake, caPem, fake, tokens };
    return new WorkerSite(parts);
  }

  /** Resolves when all workers answer. */
  async untilAll(): Promise<void> {
    // A connection that a worker has not taken yet is reset with it.
    const count = () => this.metric("proxmox_mcp_workers").catch(() => 0);
    await until(async () => await count() === this.#workers);
  }

  async metric(name: string): Promise<number> {
    // By a connection of its own, so that all workers come to be asked.
    const caCerts = this.#caPem === undefined ? [] : [this.#caPem];
    using client = Deno.createHttpClient({ caCerts, poolMaxIdlePerHost: 0 });
    const response = await fetch(`${this.root}/metrics`, { headers: this.headers(), client });
    const text = await response.text();
    return Number(text.split("\n").find((line) => line.startsWith(`${name} `))?.split(" ")[1]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.process[Symbol.asyncDispose]();
    await this.database.close();
    await this.#ownFake?.close();
    await this.folder[Symbol.asyncDispose]();
  }
}

/** Clients that come by connections of their own, and so to any worker. */
export class Crowd implements Disposable {
  static readonly size = CONNECTIONS;
  readonly #clients: readonly Deno.HttpClient[];
  readonly #site: Served;

  constructor(site: Served, options: Deno.CreateHttpClientOptions = {}) {
    this.#site = site;
    const make = () => Deno.createHttpClient(options as Deno.CreateHttpClientOptions);
    this.#clients = Array.from({ length: CONNECTIONS }, make);
  }

  /** What each of them is answered, in order. */
  each<T>(
    make: (
      ask: (init: RequestInit, url?: string) => Promise<Response>,
      index: number,
    ) => Promise<T>,
  ): Promise<T[]> {
    return Promise.all(
      this.#clients.map((client, index) =>
        make(
          (init, url = this.#site.url) =>
            fetch(url, { headers: this.#site.headers(), ...init, client }),
          index,
        )
      ),
    );
  }

  /** The statuses that all of them get for one body. */
  post(body: object, headers = this.#site.headers(), url = this.#site.url): Promise<number[]> {
    return this.each(async (ask) => {
      const response = await ask({ method: "POST", headers, body: JSON.stringify(body) }, url);
      await response.body?.cancel();
      return response.status;
    });
  }

  [Symbol.dispose](): void {
    for (const client of this.#clients) client.close();
  }
}

/** As many of a value as there are in a `Crowd`. */
export function same<T>(value: T): T[] {
  return Array.from({ length: CONNECTIONS }, () => value);
}
