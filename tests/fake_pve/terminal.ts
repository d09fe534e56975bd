import { type ChildProcess, spawn } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";

/** What a container's terminal does besides what a shell does; tests set what they need. */
export interface FakeTerminal {
  /** Shown on connecting in place of a prompt. */
  shows?: string;
  /** What the client is shown in place of what the container wrote. */
  output?: (text: string) => string;
  /** Told of all that is typed; true cuts the connection. */
  typed?: (text: string) => boolean | void;
  /** Has no programs but those that stand in the folder `bin` beside its /tmp. */
  bare?: boolean;
  /** Closes at once, as versions do that take no API tokens there. */
  refuses?: boolean;
}

/** Programs of a container that would need rights or a terminal here. */
const STAND_INS: Readonly<Record<string, string>> = {
  // Bytes pass as they are from the first command on.
  stty: "exit 0",
  su: '[ "$1 $2 $4" = "-s /bin/sh -c" ] || exit 2\nAS_USER=$3 exec /bin/sh -c "$5"',
};

/**
 * The shell in a container's terminal, with a folder of its own as the container's /tmp: it outlives its
 * clients, shows its prompt once, echoes one line, runs it by the machine's own sh and ends with it.
 */
export class FakeShell {
  readonly folder = mkdtempSync(`${tmpdir()}/container-`);
  #child: ChildProcess | undefined;
  #line = "";
  #show: (text: string) => void = () => {};
  #fresh = true;
  #bare = false;

  constructor() {
    mkdirSync(`${this.folder}/bin`);
    mkdirSync(`${this.folder}/tmp`);
    for (const [name, body] of Object.entries(STAND_INS)) {
      writeFileSync(`${this.folder}/bin/${name}`, `#!/bin/sh\n${body}\n`);
      chmodSync(`${this.folder}/bin/${name}`, 0o755);
    }
  }

  /** A client comes: it sees the prompt of a new session, of an old one an empty screen. */
  attach(show: (text: string) => void, { bare = false }: FakeTerminal): void {
    this.#show = show;
    this.#bare = bare;
    show(this.#fresh ? "\x1b[?2004hroot@ct:~# " : "\x1b[H\x1b[J");
    this.#fresh = false;
  }

  detach(): void {
    this.#show = () => {};
  }

  type(text: string): void {
    if (this.#child) return void this.#child.stdin?.write(text);
    this.#line += text;
    this.#show(text.replaceAll("\r", "\r\r\n"));
    const end = this.#line.indexOf("\r");
    if (end < 0) return;
    const line = this.#line.slice(0, end);
    this.#line = "";
    this.#run(line);
  }

  destroy(): void {
    this.#child?.kill("SIGKILL");
    rmSync(this.folder, { recursive: true, force: true });
  }

  #run(line: string): void {
    const child = spawn("/bin/sh", ["-c", line], {
      env: {
        PATH: `${this.folder}/bin${this.#bare ? "" : ":/usr/bin:/bin:/usr/sbin:/sbin"}`,
        TMPDIR: `${this.folder}/tmp`,
        HOME: this.folder,
      },
      stdio: ["pipe", "pipe", "pipe"],
    });
    this.#child = child;
    const pass = (bytes: Uint8Array) => {
      const text = Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
      this.#show(text.replaceAll("\n", "\r\r\n"));
    };
    child.stdout?.on("data", pass);
    child.stderr?.on("data", pass);
    child.stdin?.on("error", () => {});
    child.on("close", () => {
      this.#child = undefined;
      this.#fresh = true;
    });
  }
}
