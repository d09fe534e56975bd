import assert from "node:assert/strict";
import { type FakePve, startFakePve } from "../fake_pve.ts";
import { cli, type CliOptions, type CliResult } from "./cli.ts";
import { Folder } from "./folder.ts";
import { freePort } from "./port.ts";

/** A simulated cluster whose certificate nobody trusts, and an empty folder. */
export class Fresh implements AsyncDisposable {
  readonly folder: Folder;
  readonly pve: FakePve;
  readonly config: string;
  /** Outside of the folder that is set up. */
  readonly #elsewhere: Folder;

  private constructor(parts: { folder: Folder; elsewhere: Folder; pve: FakePve }) {
    this.folder = parts.folder;
    this.pve = parts.pve;
    this.#elsewhere = parts.elsewhere;
    this.config = parts.folder.at("config.json");
  }

  static async make(): Promise<Fresh> {
    const pve = await startFakePve();
    const elsewhere = await Folder.make();
    await elsewhere.write("secret", `${pve.token.value}\n`);
    await elsewhere.write("ca.pem", pve.caPem);
    return new Fresh({ folder: await Folder.make(), elsewhere, pve });
  }

  elsewhere(name: string): string {
    return this.#elsewhere.at(name);
  }

  /** Puts a program where `elsewhere` is. */
  bin(name: string, script: string): Promise<string> {
    return this.#elsewhere.write(name, script, 0o755);
  }

  get address(): string {
    return `${this.pve.host}:${this.pve.port}`;
  }

  /** What a run without questions needs. */
  get options(): string[] {
    const { user, name } = this.pve.token;
    const token = ["--proxmox-user", user, "--token-name", name];
    const secret = ["--token-file", this.elsewhere("secret")];
    return [
      "--yes",
      "--host",
      this.address,
      ...token,
      ...secret,
      "--http-port",
      String(freePort()),
    ];
  }

  init(args: readonly string[], options?: CliOptions): Promise<CliResult> {
    return cli(["init", "--config", this.config, ...args], options);
  }

  async files(): Promise<string[]> {
    const names: string[] = [];
    for await (const { name } of Deno.readDir(this.folder.path)) names.push(name);
    return names.toSorted();
  }

  async tokens(): Promise<{ id: number; user: string; state: string }[]> {
    return JSON.parse((await cli(["token", "list", "--json", "--config", this.config])).out);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.folder[Symbol.asyncDispose]();
    await this.#elsewhere[Symbol.asyncDispose]();
    await this.pve.close();
  }
}

/** What a run that succeeded has printed. */
export function good(result: CliResult): string {
  assert.equal(result.status, 0, `${result.out}\n${result.err}`);
  return result.out;
}

/** Who may read and write a file. */
export async function modeOf(path: string): Promise<number> {
  return ((await Deno.stat(path)).mode ?? 0) & 0o777;
}
