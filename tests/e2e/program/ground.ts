import assert from "node:assert/strict";
import { AuditTrail } from "../../../lib/audit/trail.ts";
import { AccountStore } from "../../../lib/auth/account_store.ts";
import type { Database } from "../../../lib/database/database.ts";
import { openDatabase } from "../../../lib/database/open.ts";
import { type FakePve, startFakePve } from "../../fake_pve.ts";
import { makeCertificate } from "../../fake_pve/certificate.ts";
import { type ServeProcess } from "../../support/cli.ts";
import { Folder } from "../../support/folder.ts";
import type { Form, Program } from "../../support/forms.ts";
import { Served, type ServedParts } from "../../support/served.ts";
import { freePort } from "../../support/port.ts";

export const CONFIG = "proxmox-config/config.json";

type Sections = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** The program of one form in a folder, and the Proxmox that its config names: all that is tried is tried here. */
export class Ground implements AsyncDisposable {
  readonly form: Form;
  readonly folder: Folder;
  readonly fake: FakePve;
  readonly port: number;
  readonly program: Program;

  private constructor(parts: Pick<Ground, "form" | "folder" | "fake" | "port" | "program">) {
    this.form = parts.form;
    this.folder = parts.folder;
    this.fake = parts.fake;
    this.port = parts.port;
    this.program = parts.program;
  }

  /** Installs the program for a config that names every file which is used here. */
  static async make(form: Form): Promise<Ground> {
    const folder = await Folder.make();
    const fake = await startFakePve();
    const port = freePort();
    await Deno.mkdir(folder.at("proxmox-config"));
    await folder.write("proxmox-config/ca.pem", fake.caPem);
    await folder.write(CONFIG, configOf({ fake, port }, { server: { tls: TLS } }));
    const program = await form.install({ folder: folder.path, config: CONFIG });
    return new Ground({ form, folder, fake, port, program });
  }

  configure(sections: Sections = {}): Promise<string> {
    return this.folder.write(CONFIG, configOf(this, sections));
  }

  /** Puts a new certificate where the config names one; returns its CA. */
  async certify(): Promise<string> {
    const { certPem, keyPem, caPem } = makeCertificate("mcp");
    await this.folder.write("proxmox-config/cert.pem", certPem);
    await this.folder.write("proxmox-config/key.pem", keyPem);
    return caPem;
  }

  /** Starts the server by a config with these sections on top; it says that it is locked. */
  async start(sections: Sections = {}, env?: Readonly<Record<string, string>>) {
    await this.configure(sections);
    const server = await this.program.start(env);
    const lock = `  lock     locked (${this.form.lock})`;
    assert.ok(server.lines.includes(lock), server.lines.join("\n"));
    return server;
  }

  /** Runs a command that must succeed, and gives what it printed. */
  async run(...args: string[]): Promise<string> {
    const { status, out, err } = await this.program.run(args);
    assert.equal(status, 0, `${args.join(" ")}: ${err}`);
    return out;
  }

  makeToken(permission: string, user = "ada"): Promise<string> {
    const name = ["--user", user, "--name", "ProxmoxMCP Access", "--expires-days", "30"];
    return this.run("token", "create", ...name, "--permission", permission);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.fake.close();
    await this.folder[Symbol.asyncDispose]();
  }
}

/** A server of a `Ground` as its callers see it, with its database open beside it. */
export class Running extends Served implements AsyncDisposable {
  readonly process: ServeProcess;
  readonly #database: Database;

  private constructor(process: ServeProcess, database: Database, parts: Omit<ServedParts, "url">) {
    super({ ...parts, url: localUrl(process) });
    this.process = process;
    this.#database = database;
  }

  static async start(ground: Ground, sections: Sections = {}): Promise<Running> {
    const process = await ground.start(sections);
    const database = await openDatabase(
      `sqlite:${ground.folder.at("proxmox-config/proxmox-mcp.db")}`,
    );
    const store = new AccountStore(database);
    const users = await store.listUsers();
    if (users.every(({ username }) => username !== "ada")) {
      await ground.run("user", "create", "ada", "--superuser");
    }
    return new Running(process, database, {
      fake: ground.fake,
      store,
      trail: new AuditTrail(database),
      tokens: {
        user: await ground.makeToken("read"),
        write: await ground.makeToken("write"),
        admin: await ground.makeToken("admin"),
      },
      lines: process.lines,
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#database.close();
    await this.process[Symbol.asyncDispose]();
  }
}

/** Where a server that listens on every address is reached from here. */
export function localUrl({ url }: ServeProcess): string {
  return url.replace("0.0.0.0", "127.0.0.1");
}

/** By a config's own folder. */
export const TLS = { cert_file: "cert.pem", key_file: "key.pem" };

function configOf({ fake, port }: Pick<Ground, "fake" | "port">, sections: Sections): Sections {
  const { host, token } = fake;
  const rate_limit = { requests_per_minute: 0, failed_logins_per_minute: 0 };
  return {
    ...sections,
    proxmox: { host, port: fake.port, ...sections.proxmox ?? { ca_file: "ca.pem" } },
    auth: { user: token.user, token_name: token.name, token_value: token.value },
    server: { host: "0.0.0.0", port, rate_limit, ...sections.server },
    logging: { level: "DEBUG", file: "proxmox_mcp.log", ...sections.logging },
  };
}
