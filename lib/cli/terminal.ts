/** A person at a keyboard. */
export interface Terminal {
  /** What was typed, without its line end; null when the input has ended. */
  ask(question: string): Promise<string | null>;
  /** The same, without showing what is typed. */
  askHidden(question: string): Promise<string | null>;
  /** Gives the terminal back as it was, for whoever ends the process in between. */
  restore(): void;
}

/** Ctrl-C, where the terminal hands it over as a character. */
export class InterruptedError extends Error {}

const ENDS = ["\r", "\n"];
const ERASERS = ["\x7f", "\b"];
const INTERRUPT = "\x03";
const END_OF_INPUT = "\x04";

/** The process's own terminal; undefined where standard input is none. */
export function processTerminal(): Terminal | undefined {
  return Deno.stdin.isTerminal() ? new ProcessTerminal() : undefined;
}

class ProcessTerminal implements Terminal {
  readonly #decoder = new TextDecoder();
  /** What was typed ahead. */
  #pending: string[] = [];
  #raw = false;

  async ask(question: string): Promise<string | null> {
    this.#write(question);
    return await this.#readLine();
  }

  async askHidden(question: string): Promise<string | null> {
    // Before the question: who answers at once must not be seen either.
    this.#raw = true;
    Deno.stdin.setRaw(true);
    try {
      this.#write(question);
      return await this.#readLine();
    } finally {
      this.restore();
      this.#write("\n");
    }
  }

  restore(): void {
    if (!this.#raw) return;
    this.#raw = false;
    Deno.stdin.setRaw(false);
  }

  async #readLine(): Promise<string | null> {
    const typed: string[] = [];
    for (;;) {
      const character = await this.#next();
      if (character === null) return typed.length > 0 ? typed.join("") : null;
      if (ENDS.includes(character)) return typed.join("");
      if (character === INTERRUPT) throw new InterruptedError("Interrupted");
      if (character === END_OF_INPUT) return null;
      if (ERASERS.includes(character)) typed.pop();
      else typed.push(character);
    }
  }

  async #next(): Promise<string | null> {
    while (this.#pending.length === 0) {
      const bytes = new Uint8Array(1024);
      const count = await Deno.stdin.read(bytes);
      if (count === null) return null;
      const text = this.#decoder.decode(bytes.subarray(0, count), { stream: true });
      this.#pending = [...text.replaceAll("\r\n", "\n")];
    }
    return this.#pending.shift() ?? null;
  }

  #write(text: string): void {
    Deno.stdout.writeSync(new TextEncoder().encode(text));
  }
}
