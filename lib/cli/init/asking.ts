import { CONFIG_KEYS, readText } from "../../config/config.ts";
import { messageOf } from "../../errors.ts";
import { UsageError } from "../context.ts";
import type { Io } from "../io.ts";
import type { Terminal } from "../terminal.ts";

const YES: readonly string[] = ["", "y", "yes", "e", "evet"];
const NO: readonly string[] = ["n", "no", "h", "hayır", "hayir"];

/** Reads what was typed; gives the complaint when it cannot be used. */
export type Check = (text: string) => string | null;

/** The person to ask; null when nobody is to be asked. */
export class Asking {
  readonly #io: Io;
  readonly #terminal: Terminal | null;

  constructor(io: Io, terminal: Terminal | null) {
    this.#io = io;
    this.#terminal = terminal;
  }

  get possible(): boolean {
    return this.#terminal !== null;
  }

  /** Asks until the answer can be used; without anybody to ask it is the default, or `missing` is thrown. */
  async text(
    question: string,
    { fallback, missing, check = () => null }: {
      fallback?: string | undefined;
      missing: string;
      check?: Check;
    },
  ): Promise<string> {
    if (this.#terminal === null) {
      if (fallback === undefined) throw new UsageError(missing);
      return fallback;
    }
    const shown = fallback === undefined ? `${question}: ` : `${question} [${fallback}]: `;
    for (;;) {
      const answer = this.#answered(await this.#terminal.ask(shown)).trim() || fallback;
      const complaint = answer === undefined ? null : check(answer);
      if (answer !== undefined && complaint === null) return answer;
      if (complaint !== null) this.#io.out(complaint);
    }
  }

  /** The same for a secret. */
  async secret(
    question: string,
    { missing, check }: { missing: string; check: Check },
  ): Promise<string> {
    if (this.#terminal === null) throw new UsageError(missing);
    for (;;) {
      const answer = this.#answered(await this.#terminal.askHidden(`${question}: `)).trim();
      const complaint = answer === "" ? null : check(answer);
      if (answer !== "" && complaint === null) return answer;
      if (complaint !== null) this.#io.out(complaint);
    }
  }

  /** Whether the answer is yes, which it is by itself; asks again until it is one of the two. */
  async agrees(question: string, choices: string): Promise<boolean> {
    if (this.#terminal === null) return true;
    for (;;) {
      const asked = await this.#terminal.ask(`${question} [${choices}]: `);
      const answer = this.#answered(asked).trim().toLowerCase();
      if (YES.includes(answer)) return true;
      if (NO.includes(answer)) return false;
    }
  }

  #answered(answer: string | null): string {
    if (answer !== null) return answer;
    throw new UsageError("Cannot go on: standard input has ended");
  }
}

/** The complaint of what refuses by throwing. */
export function complaintOf(read: () => unknown): string | null {
  try {
    read();
    return null;
  } catch (error) {
    return messageOf(error);
  }
}

/** The complaint of the config's key at a path. */
export function checkedAs(path: string): Check {
  const key = CONFIG_KEYS.find((each) => each.path === path);
  return (text) => {
    const read = key === undefined ? { value: text } : readText(key, text);
    return "problem" in read ? `It ${read.problem}` : null;
  };
}
