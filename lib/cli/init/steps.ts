import type { Io } from "../io.ts";
import { visibleLine } from "../../log/visible.ts";
import type { Language, Texts } from "./texts.ts";

const GREEN = "\x1b[32m";
const DIM = "\x1b[2m";
const RESET = "\x1b[0m";
const WIDTH = 14;

/** What `init` tells, one line a step. On a terminal each begins with a mark, elsewhere it is plain words. */
export class Steps {
  readonly texts: Texts;
  readonly language: Language;
  readonly #io: Io;
  readonly #decorated: boolean;

  constructor(io: Io, { texts, language }: { texts: Texts; language: Language }) {
    this.#io = io;
    this.texts = texts;
    this.language = language;
    this.#decorated = io.isTerminal === true && io.env("NO_COLOR") === undefined;
  }

  /** Something was done. */
  done(name: string, text: string): void {
    this.#step("✓", name, text);
  }

  /** Something was there and stays as it is. */
  kept(name: string, text: string): void {
    this.#step("✓", name, `${text} (${this.texts.kept})`);
  }

  /** Something that is left to do. */
  open(name: string, text: string): void {
    this.#step("…", name, text);
  }

  /** What belongs to the step above. */
  detail(name: string, text: string): void {
    this.#io.out(`    ${name.padEnd(WIDTH - 2)} ${visibleLine(text)}`);
  }

  /** A line of its own, after an empty one. */
  title(text: string): void {
    this.#io.out("");
    this.#io.out(text);
  }

  /** Lines to copy, as they are. */
  lines(lines: readonly string[]): void {
    for (const line of lines) this.#io.out(`  ${line}`.trimEnd());
  }

  #step(mark: string, name: string, text: string): void {
    const shown = visibleLine(text);
    if (!this.#decorated) return this.#io.out(`${name}: ${shown}`);
    const color = mark === "✓" ? GREEN : DIM;
    this.#io.out(`${color}${mark}${RESET} ${name.padEnd(WIDTH)} ${shown}`);
  }
}
