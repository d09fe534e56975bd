import { AppError } from "../../errors.ts";
import type { Guest } from "../guest/directory.ts";
import type { Pve } from "../pve.ts";
import { AnswerReader, type ConsoleAnswer } from "./answers.ts";
import { BLOCK_BYTES, bootLine, GONE_SECONDS, guestProgram } from "./guest_program.ts";
import { newNonce, soundBlock } from "./blocks.ts";
import { noAnswer, timedOut, unable } from "./failures.ts";
import { awaitPrompt } from "./prompt.ts";
import { Terminal, within } from "./terminal.ts";

export interface ConsoleCommand {
  /** For `sh -c`. */
  readonly script: string;
  readonly user: string | undefined;
  readonly input: Uint8Array;
  readonly timeoutSeconds: number;
  /** How much of each stream is read; one block, 64 KiB, when not given. */
  readonly mostBytes?: number;
}

/** How a command ended, and the beginning of what it wrote. */
export interface ConsoleResult {
  /** As the shell tells it: 128 and the number of the signal that ended it. */
  readonly status: number;
  readonly stdout: Uint8Array<ArrayBuffer>;
  readonly stderr: Uint8Array<ArrayBuffer>;
  /** Bytes that were written. */
  readonly sizes: { readonly stdout: number; readonly stderr: number };
  /** Set when it was ended because it wrote too much. */
  readonly wroteTooMuch: boolean;
}

const BOOT_MS = 8_000;
const ANSWER_MS = 5_000;
const LEAVING_MS = 3_000;
const TRIES = 4;
const FIRST_POLL_MS = 30;
const SLOWEST_POLL_MS = 1_000;
/** Characters of a line that is typed. */
const LINE = 3_000;
/** Beyond the command's own time, for the watchdog in the guest to be the first. */
const GRACE_SECONDS = 15;
/** Status, why it was ended, and how much it wrote; what else root in the container may say tells of no end. */
const ENDED = /^\d{1,3} \S+ \d{1,10} \d{1,10}$/;

/**
 * Runs a command in a container through its terminal. Nothing of it stays in the container: the shell that
 * was begun for it ends with it, and a watchdog there ends all when this side is gone.
 *
 * @throws AppError `conflict` when no new shell shows a prompt or a program is missing in the container;
 * `timeout` when the command was ended because its time was up; `unavailable` when its end is unknown
 */
export async function runInConsole(
  pve: Pve,
  guest: Guest<"lxc">,
  command: ConsoleCommand,
): Promise<ConsoleResult> {
  const terminal = await Terminal.open(pve, guest);
  try {
    await awaitPrompt(pve, terminal);
    return await new Session(pve, terminal).run(command);
  } finally {
    terminal.close();
  }
}

class Session {
  readonly #pve: Pve;
  readonly #terminal: Terminal;
  #reader = new AnswerReader("");
  /** Answers that have arrived and were not asked for yet. */
  #answers: ConsoleAnswer[] = [];
  #seq = 0;
  #begun = false;

  constructor(pve: Pve, terminal: Terminal) {
    this.#pve = pve;
    this.#terminal = terminal;
  }

  async run(command: ConsoleCommand): Promise<ConsoleResult> {
    await this.#boot(command);
    try {
      await this.#upload(command.input);
      this.#begun = true;
      await this.#ask("r", []);
      const [status = "", why, out, err] = await this.#finish(command.timeoutSeconds);
      if (why === "time") throw timedOut(command.timeoutSeconds);
      const { mostBytes: most = BLOCK_BYTES } = command;
      const sizes = { stdout: Number(out), stderr: Number(err) };
      return {
        status: Number(status),
        stdout: await this.#pull("out", Math.min(sizes.stdout, most)),
        stderr: await this.#pull("err", Math.min(sizes.stderr, most)),
        sizes,
        wroteTooMuch: why === "size",
      };
    } finally {
      await this.#leave();
    }
  }

  /** Begins the program in the place of the shell. */
  async #boot(command: ConsoleCommand): Promise<void> {
    const [first, second] = [newNonce(), newNonce()];
    this.#reader = new AnswerReader(first);
    await this.#terminal.type(bootLine(first));
    await this.#await(0, BOOT_MS, noAnswer);
    const bytes = new TextEncoder().encode(guestProgram({ ...command, nonce: second }));
    const lines = bytes.toBase64().match(/.{1,3000}/g) ?? [];
    for (const [index, line] of lines.entries()) {
      await this.#terminal.type(`${line}\n`);
      await this.#await(index + 1, ANSWER_MS, noAnswer);
    }
    this.#reader = new AnswerReader(second);
    this.#answers = [];
    await this.#terminal.type(".\n");
    const { kind, fields: [what = ""] } = await this.#await(0, BOOT_MS, noAnswer);
    if (kind !== "ready") throw unable(kind, { what, user: command.user });
  }

  async #upload(input: Uint8Array): Promise<void> {
    const step = LINE / 4 * 3;
    for (let at = 0; at < input.length; at += step) {
      const part = input.subarray(at, at + step);
      const { answer: { fields } } = await this.#ask("w", [String(at), part.toBase64()]);
      if (Number(fields[0]) !== at + part.length) {
        throw new AppError(
          "conflict",
          "the container could not keep the input; its /tmp may be full",
        );
      }
    }
  }

  /** Asks until the command has ended. */
  async #finish(timeoutSeconds: number): Promise<readonly string[]> {
    const begin = this.#pve.now().getTime();
    for (let pause = FIRST_POLL_MS;; pause = Math.min(pause * 1.5, SLOWEST_POLL_MS)) {
      const { answer: { fields } } = await this.#ask("s", []);
      if (ENDED.test(fields.join(" "))) return fields;
      const seconds = (this.#pve.now().getTime() - begin) / 1000;
      if (seconds > timeoutSeconds + GRACE_SECONDS) {
        throw this.#unknown("the watchdog in the container did not end it in time");
      }
      this.#pve.progress("the command runs", {
        progress: Math.min(Math.round(seconds), timeoutSeconds),
        total: timeoutSeconds,
      });
      await this.#pve.sleep(pause);
    }
  }

  /** The beginning of a file, block by block. */
  async #pull(file: string, size: number): Promise<Uint8Array<ArrayBuffer>> {
    const whole = new Uint8Array(size);
    for (let at = 0; at < size; at += BLOCK_BYTES) {
      const block = await this.#block(file, at / BLOCK_BYTES);
      whole.set(block.subarray(0, size - at), at);
    }
    return whole;
  }

  /** A block of a file, asked for again when it arrived damaged. */
  async #block(file: string, index: number): Promise<Uint8Array<ArrayBuffer>> {
    for (let tries = 0; tries < TRIES; tries++) {
      const { answer: { fields: [length, hash] }, data } = await this.#ask("b", [
        file,
        String(index),
      ]);
      const bytes = await soundBlock(data, { length: Number(length), hash });
      if (bytes !== undefined) return bytes;
    }
    throw this.#unknown(
      "what it wrote arrived damaged again and again: something else writes into that terminal",
    );
  }

  /** Asks the program something that it may be asked twice, and again when no answer comes. */
  async #ask(verb: string, words: readonly string[]): Promise<Answered> {
    for (let tries = 0; tries < TRIES; tries++) {
      const seq = ++this.#seq;
      this.#answers = [];
      await this.#terminal.type(`${[verb, seq, ...words].join(" ")}\n`);
      const data: string[] = [];
      const answer = await this.#answerTo(seq, ANSWER_MS, data);
      if (answer !== undefined) return { answer, data };
    }
    throw this.#unknown("the container's terminal does not answer any more");
  }

  async #await(seq: number, ms: number, otherwise: () => AppError): Promise<ConsoleAnswer> {
    const answer = await this.#answerTo(seq, ms, []);
    if (answer === undefined) throw otherwise();
    return answer;
  }

  /** The answer to a question; undefined when none comes. What comes before it is collected. */
  #answerTo(seq: number, ms: number, data: string[]): Promise<ConsoleAnswer | undefined> {
    return within(this.#pve, async (signal) => {
      for (;;) {
        for (let next = this.#answers.shift(); next; next = this.#answers.shift()) {
          if (next.seq !== seq) continue;
          if (next.kind !== "d") return next;
          // More than a block has is no block: it is asked for again.
          if (data.length < MAX_DATA) data.push(next.fields[0] ?? "");
        }
        const bytes = await this.#terminal.read(signal);
        if (bytes === undefined) throw this.#unknown("the terminal was closed");
        this.#answers.push(...this.#reader.push(bytes));
      }
    }, { ms });
  }

  #unknown(why: string): AppError {
    const state = this.#begun
      ? "the command was begun and its end is unknown"
      : "the command was not begun";
    const end = this.#begun
      ? `; the container ends it within ${
        GONE_SECONDS + 2
      } s of silence: look before running it again`
      : "";
    return new AppError("unavailable", `${state}: ${why}${end}`);
  }

  /** Ends what runs and removes what there is, also when the call is over; else the watchdog does it. */
  async #leave(): Promise<void> {
    const seq = ++this.#seq;
    const work = async (signal: AbortSignal) => {
      await this.#terminal.type(`q ${seq}\n`);
      for (let left = false; !left;) {
        const bytes = await this.#terminal.read(signal);
        left = bytes === undefined || this.#reader.push(bytes).some((one) => one.seq === seq);
      }
    };
    await within(this.#pve, work, { ms: LEAVING_MS, until: NEVER }).catch(() => {});
  }
}

const NEVER = new AbortController().signal;

interface Answered {
  readonly answer: ConsoleAnswer;
  readonly data: readonly string[];
}

const MAX_DATA = 200;
