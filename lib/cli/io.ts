import { environment, settleEnvironment } from "../config/config.ts";
import type { ReadEnvironment } from "../config/types.ts";
import { visible } from "../log/visible.ts";
import { processTerminal, type Terminal } from "./terminal.ts";

/** What a command may touch of the process it runs in. */
export interface Io {
  /** Writes one line to standard output. */
  out(line: string): void;
  /** Writes one line to standard error. */
  err(line: string): void;
  /** Writes some bytes to standard error without holding up the process; absent where `err` never does. */
  readonly writeErr?: (bytes: Uint8Array) => Promise<number>;
  /** Standard input; absent where there is none. */
  readonly input?: () => AsyncIterable<Uint8Array>;
  /** Writes some bytes to standard output without holding up the process. */
  readonly writeOut?: (bytes: Uint8Array) => Promise<number>;
  readonly env: ReadEnvironment;
  readonly now: () => Date;
  /** The person at the keyboard; absent where standard input is no terminal. */
  readonly terminal?: Terminal | undefined;
  /** Whether standard output is a terminal. */
  readonly isTerminal?: boolean;
  /** Proxies that the environment named and that are not used. */
  readonly unusedProxies?: readonly string[];
}

/** The real process, whose environment is settled first. */
export function processIo(): Io {
  return {
    unusedProxies: settleEnvironment(),
    out: (line) => writeLine(Deno.stdout, line),
    err: (line) => writeLine(Deno.stderr, line),
    writeErr: (bytes) => Deno.stderr.write(bytes),
    input: () => Deno.stdin.readable,
    writeOut: (bytes) => Deno.stdout.write(bytes),
    env: environment(),
    now: () => new Date(),
    terminal: processTerminal(),
    isTerminal: Deno.stdout.isTerminal(),
  };
}

/** Of the escape sequences a terminal gets those that color, and no other: what callers and guests wrote stands in lines too. */
// deno-lint-ignore no-control-regex
const COLOR = /(\x1b\[\d{0,2}m)/;

/** The same, whose lines repaint no terminal and hide nothing in it. JSON stays JSON. */
export function shownOnly<T extends Io>(io: T): T {
  const shown = (line: string) =>
    line.split(COLOR).map((part, at) => at % 2 === 1 ? part : visible(part)).join("");
  return { ...io, out: (line) => io.out(shown(line)), err: (line) => io.err(shown(line)) };
}

function writeLine(stream: { writeSync(bytes: Uint8Array): number }, line: string): void {
  const bytes = new TextEncoder().encode(`${line}\n`);
  try {
    for (let done = 0; done < bytes.length;) done += stream.writeSync(bytes.subarray(done));
  } catch (error) {
    // Whoever read the output (`head`, say) has seen enough.
    if (!(error instanceof Deno.errors.BrokenPipe)) throw error;
  }
}
