import { permissionFlags } from "../../lib/cli/flags.ts";
import { loadConfig } from "../../lib/config/config.ts";
import { AccountStore } from "../../lib/auth/account_store.ts";
import type { Permission } from "../../lib/auth/scope.ts";
import type { Database } from "../../lib/database/database.ts";
import { openDatabase } from "../../lib/database/open.ts";
import { type FakePve, type FakePveOptions, startFakePve } from "../fake_pve.ts";
import { cli, type ServeProcess, startServe, superviseServe } from "../support/cli.ts";
import { Folder } from "../support/folder.ts";
import { createAuthenticatedToken } from "../tokens.ts";

export interface ProgramOptions {
  /** A compiled one; by default `deno run` with the flags that its config calls for. */
  readonly executable?: string | undefined;
  readonly pve?: FakePveOptions;
  readonly server?: Readonly<Record<string, unknown>>;
}

/** The program as a process of its own, in front of a simulated cluster, and its database beside it. */
export class Program implements AsyncDisposable {
  readonly fake: FakePve;
  readonly server: ServeProcess;
  readonly database: Database;
  readonly store: AccountStore;
  readonly folder: Folder;
  readonly config: string;
  /** Every raw token that was made. */
  readonly tokens: string[] = [];
  /** Set when the process ends before it is told to. */
  died = false;

  private constructor(
    parts: Pick<Program, "fake" | "server" | "database" | "folder" | "config">,
  ) {
    this.fake = parts.fake;
    this.server = parts.server;
    this.database = parts.database;
    this.folder = parts.folder;
    this.config = parts.config;
    this.store = new AccountStore(parts.database);
    void this.server.status.then(() => this.died = true);
  }

  static async start({ executable, pve = {}, server = {} }: ProgramOptions): Promise<Program> {
    const fake = await startFakePve(pve);
    const folder = await Folder.make();
    await folder.write("ca.pem", fake.caPem);
    const config = await folder.write("config.json", {
      proxmox: { host: fake.host, port: fake.port, ca_file: "ca.pem", timeout_seconds: 5 },
      auth: { user: fake.token.user, token_name: fake.token.name, token_value: fake.token.value },
      server: { port: 0, rate_limit: { requests_per_minute: 0 }, ...server },
      database: { url: `sqlite:${folder.at("soak.db")}` },
      audit: { key_file: "audit.key" },
      logging: { file: folder.at("server.log"), audit_file: folder.at("audit.log") },
    });
    const migrated = await cli(["migrate", "--config", config]);
    if (migrated.status !== 0) throw new Error(migrated.err);
    const database = await openDatabase(`sqlite:${folder.at("soak.db")}`);
    const process = await (executable === undefined ? fromSource(config) : superviseServe(
      new Deno.Command(executable, {
        args: ["serve", "--config", config],
        stdin: "null",
        stdout: "piped",
        stderr: "piped",
      }),
    ));
    const program = new Program({ fake, server: process, database, folder, config });
    await program.store.createUser({
      username: "ada",
      roleName: null,
      isSuperuser: true,
      createdAt: new Date(),
    });
    return program;
  }

  /** The server's address without the MCP path. */
  get root(): string {
    return new URL(this.server.url).origin;
  }

  get port(): number {
    return Number(new URL(this.server.url).port);
  }

  async token(permission: Permission): Promise<string> {
    const token = await createAuthenticatedToken(this.store, {
      username: "ada",
      permission,
      name: `${permission} ${this.tokens.length}`,
      now: () => new Date(),
    });
    this.tokens.push(token);
    return token;
  }

  async revoke(token: string): Promise<void> {
    const name = new RegExp(` ${this.tokens.indexOf(token)}$`);
    const row = (await this.store.listTokens()).find((one) => name.test(one.name));
    if (row) await this.store.revokeToken(row.id);
  }

  /** What `audit verify` says. */
  async verify(): Promise<{ ok: boolean; text: string }> {
    const { status, out, err } = await cli(["audit", "verify", "--config", this.config]);
    return { ok: status === 0, text: out || err };
  }

  /** Where a secret stands that must stand nowhere: in a log, in the database, or said to stderr. */
  async leaks(): Promise<string[]> {
    const secrets = [...this.tokens, this.fake.token.value];
    const found = (text: string) => secrets.some((secret) => text.includes(secret));
    const leaks: string[] = this.server.lines.filter(found).map(() => "standard error");
    for await (const { name } of Deno.readDir(this.folder.path)) {
      if (!/^(server\.log|audit\.log|soak\.db)/.test(name)) continue;
      const text = new TextDecoder("latin1").decode(await Deno.readFile(this.folder.at(name)));
      if (found(text)) leaks.push(name);
    }
    return [...new Set(leaks)];
  }

  async databaseBytes(): Promise<number> {
    return (await Deno.stat(this.folder.at("soak.db"))).size;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.server[Symbol.asyncDispose]();
    await this.database.close();
    await this.fake.close();
    await this.folder[Symbol.asyncDispose]();
  }
}

/** With exactly the flags that `deno task start` gives it. */
async function fromSource(config: string): Promise<ServeProcess> {
  const flags = permissionFlags(await loadConfig({ file: config, env: () => undefined }));
  return await startServe(["--config", config], { flags });
}
