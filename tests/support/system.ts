import assert from "node:assert/strict";
import { Folder } from "./folder.ts";

/** In a mount and a network namespace of its own, which end when standard input does. */
const SET_UP = `
set -e
mount -t tmpfs tmpfs "$1"
mkdir "$1/upper" "$1/work" "$1/root"
mount -t overlay overlay -o "lowerdir=/,upperdir=$1/upper,workdir=$1/work" "$1/root"
mount --rbind /proc "$1/root/proc"
mount --rbind /dev "$1/root/dev"
mount -t tmpfs tmpfs "$1/root/tmp"
mount -t tmpfs tmpfs "$1/root/run"
ip link set lo up
echo ready
exec cat
`;

/**
 * A throw-away copy of this machine: what is written there stays in memory, and `127.0.0.1` is its own.
 * systemd does not run in it.
 */
export class System implements AsyncDisposable {
  readonly #folder: Folder;
  readonly #holder: Deno.ChildProcess;

  private constructor(folder: Folder, holder: Deno.ChildProcess) {
    this.#folder = folder;
    this.#holder = holder;
  }

  static async start(): Promise<System> {
    const folder = await Folder.make();
    const holder = setUp(folder.path, "piped").spawn();
    const reader = holder.stdout.getReader();
    const { value } = await reader.read();
    assert.equal(new TextDecoder().decode(value), "ready\n");
    await reader.cancel();
    return new System(folder, holder);
  }

  /** Whether this machine lets one be made. */
  static async isPossible(): Promise<boolean> {
    await using folder = await Folder.make();
    return setUp(folder.path, "null").outputSync().success;
  }

  /** Where this process finds a file of that system. */
  at(path: string): string {
    return `/proc/${this.#holder.pid}/root${this.#root}${path}`;
  }

  /** A program in that system, with nothing in its environment but what is given. */
  command(words: readonly string[], env: Readonly<Record<string, string>> = {}): Deno.Command {
    const own = `/proc/${this.#holder.pid}/ns`;
    return new Deno.Command("nsenter", {
      args: [`--mount=${own}/mnt`, `--net=${own}/net`, "chroot", this.#root, ...words],
      clearEnv: true,
      env: { PATH: "/usr/sbin:/usr/bin:/sbin:/bin", ...env },
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    });
  }

  /** A program of this machine that is on that system's network. */
  inNetwork(program: string, args: readonly string[]): Deno.Command {
    return new Deno.Command("nsenter", {
      args: [`--net=/proc/${this.#holder.pid}/ns/net`, program, ...args],
      stdin: "piped",
      stdout: "piped",
    });
  }

  /** Runs lines as a person would paste them into root's shell; the first failure ends them. */
  async run(script: string, env: Readonly<Record<string, string>> = {}): Promise<string> {
    const { code, stdout, stderr } = await this.command(["bash", "-ec", script], env).output();
    const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes).trim();
    assert.equal(code, 0, `${script}\n${text(stdout)}\n${text(stderr)}`);
    return text(stdout);
  }

  /** The paths that are not as on this machine, sorted, without those in memory only. */
  async changes(): Promise<string[]> {
    const upper = `/proc/${this.#holder.pid}/root${this.#folder.path}/upper`;
    const { stdout } = await new Deno.Command("find", {
      args: [".", "!", "-type", "d"],
      cwd: upper,
    })
      .output();
    const paths = new TextDecoder().decode(stdout).trim().split("\n");
    return paths.map((path) => path.slice(1)).sort();
  }

  get #root(): string {
    return `${this.#folder.path}/root`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#holder.stdin.close();
    await this.#holder.status;
    await this.#folder[Symbol.asyncDispose]();
  }
}

function setUp(folder: string, stdin: "piped" | "null"): Deno.Command {
  return new Deno.Command("unshare", {
    args: ["--mount", "--net", "--propagation", "private", "sh", "-c", SET_UP, "sh", folder],
    stdin,
    stdout: "piped",
    stderr: "null",
  });
}
