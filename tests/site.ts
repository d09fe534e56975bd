import { createAuthenticatedToken } from "./tokens.ts";
import { loadConfig } from "../lib/config.ts";
import type { Permission } from "../lib/auth/scope.ts";
import type { Store } from "../lib/auth/store.ts";
import { openSqliteStore } from "../lib/auth/store_sqlite.ts";
import { createLog } from "../lib/log.ts";
import { type RunningServer, startServer } from "../lib/server.ts";
import { type FakePve, type FakePveOptions, startFakePve } from "./fake_pve.ts";

export type Role = "user" | "write" | "admin";

/** A tool's answer as a caller sees it. */
export interface ToolAnswer {
  readonly isError: boolean;
  readonly text: string;
  readonly code: string | undefined;
  // deno-lint-ignore no-explicit-any -- each test knows the shape it asks for
  readonly value: any;
}

export interface SiteOptions {
  readonly pve?: FakePveOptions;
  /** Sections of the configuration file, laid over those that the site needs. */
  readonly config?: Record<string, Record<string, unknown>>;
  readonly now?: () => Date;
  /** Opens the database; default: an SQLite file of the site's own. */
  readonly openStore?: () => Promise<Store>;
  /** Who holds the tokens; several sites on one database need several names. */
  readonly username?: string;
}

/** A whole installation: a simulated cluster, a database, and the real server in front of it. */
export class Site {
  readonly fake: FakePve;
  readonly server: RunningServer;
  readonly store: Store;
  readonly folder: string;
  readonly tokens: Readonly<Record<Role, string>>;
  /** What the server has logged. */
  readonly lines: string[];

  private constructor(
    parts: Pick<Site, "fake" | "server" | "store" | "folder" | "tokens" | "lines">,
  ) {
    this.fake = parts.fake;
    this.server = parts.server;
    this.store = parts.store;
    this.folder = parts.folder;
    this.tokens = parts.tokens;
    this.lines = parts.lines;
  }

  static async start(options: SiteOptions = {}): Promise<Site> {
    const { pve = {}, config = {}, now = () => new Date(), username = "ada" } = options;
    const fake = await startFakePve(pve);
    const folder = await makeFolder();
    await Deno.writeTextFile(`${folder}/ca.pem`, fake.caPem);
    const file = {
      proxmox: {
        host: fake.host,
        port: fake.port,
        ca_file: `${folder}/ca.pem`,
        ...config.proxmox,
      },
      auth: {
        user: fake.token.user,
        token_name: fake.token.name,
        token_value: fake.token.value,
        ...config.auth,
      },
      server: {
        port: 0,
        rate_limit: { requests_per_minute: 0, failed_logins_per_minute: 0 },
        ...config.server,
      },
      ...(config.tools ? { tools: config.tools } : {}),
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
    const store = await options.openStore?.() ??
      await openSqliteStore({ path: `${folder}/test.db`, now });
    await store.migrate();
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
    const server = await startServer({ config: loaded, store, log, now, version: "0.0.0-test" });
    return new Site({ fake, server, store, folder, tokens, lines });
  }

  /** The server's address without the MCP path. */
  get root(): string {
    return new URL(this.server.url).origin;
  }

  headers(token: string = this.tokens.admin): Record<string, string> {
    return { authorization: `Bearer ${token}`, "content-type": "application/json" };
  }

  /** Posts a body as curl would. */
  async post(
    body: unknown,
    headers: Record<string, string> = this.headers(),
    // deno-lint-ignore no-explicit-any -- each test knows the shape it asks for
  ): Promise<{ status: number; headers: Headers; json: any; text: string }> {
    const response = await fetch(this.server.url, {
      method: "POST",
      headers,
      body: typeof body === "string" ? body : JSON.stringify(body),
    });
    const text = await response.text();
    let json: unknown;
    try {
      json = JSON.parse(text);
    } catch {
      json = undefined;
    }
    return { status: response.status, headers: response.headers, json, text };
  }

  /** Calls a tool through the plain door. */
  async call(
    name: string,
    args: Record<string, unknown> = {},
    { role = "admin", token }: { role?: Role; token?: string } = {},
  ): Promise<ToolAnswer> {
    const { json } = await this.post(
      { method: "tools/call", params: { name, arguments: args } },
      this.headers(token ?? this.tokens[role]),
    );
    const result = json.result;
    if (!result) {
      return { isError: true, text: json.error.message, code: undefined, value: undefined };
    }
    return {
      isError: result.isError === true,
      text: result.content[0].text,
      code: result._meta?.code,
      value: result.structuredContent,
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.server.shutdown();
    await this.store.close();
    await Deno.remove(this.folder, { recursive: true });
    await this.fake.close();
  }
}

/** In memory where the system has a place for it: the database waits for its disk at every commit. */
async function makeFolder(): Promise<string> {
  const memory = "/dev/shm";
  const there = await Deno.stat(memory).then(({ isDirectory }) => isDirectory, () => false);
  return await Deno.makeTempDir({ prefix: "site-", ...(there ? { dir: memory } : {}) });
}
