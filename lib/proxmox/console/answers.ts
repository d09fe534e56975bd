/** One answer of the program in the guest. */
export interface ConsoleAnswer {
  /** Which question it answers. */
  readonly seq: number;
  readonly kind: string;
  readonly fields: readonly string[];
}

/** What the program prints is shorter; of a longer line nothing is kept. */
const MAX_LINE = 4_096;
const ANSWER = /^ (\d{1,7}) ([a-z]{1,10})((?: [A-Za-z0-9+/=-]{1,1000}){0,4})$/;

/**
 * Finds the program's answers in what a terminal shows, wherever it is split and whatever else is shown: an
 * answer is the end of a line from the nonce on. All else, escape sequences too, is dropped unread.
 */
export class AnswerReader {
  readonly #nonce: string;
  readonly #decoder = new TextDecoder("latin1");
  #line = "";
  #tooLong = false;

  constructor(nonce: string) {
    this.#nonce = nonce;
  }

  push(bytes: Uint8Array): ConsoleAnswer[] {
    const [first = "", ...others] = this.#decoder.decode(bytes).split("\n");
    const answers = [];
    let part = first;
    for (const next of others) {
      answers.push(this.#end(part));
      part = next;
    }
    this.#keep(part);
    return answers.filter((answer) => answer !== undefined);
  }

  #keep(part: string): void {
    this.#tooLong ||= this.#line.length + part.length > MAX_LINE;
    this.#line = this.#tooLong ? "" : this.#line + part;
  }

  #end(part: string): ConsoleAnswer | undefined {
    this.#keep(part);
    const line = this.#line;
    this.#line = "";
    this.#tooLong = false;
    const at = line.lastIndexOf(this.#nonce);
    if (at < 0) return undefined;
    // Terminals behind one another each add a carriage return.
    const told = line.slice(at + this.#nonce.length).replace(/(?<!\r)\r+$/, "");
    const [, seq, kind = "", fields = ""] = ANSWER.exec(told) ?? [];
    if (seq === undefined) return undefined;
    return { seq: Number(seq), kind, fields: fields.split(" ").slice(1) };
  }
}

/** After the escape character itself. */
const SEQUENCE = [
  "\\[[0-?]*[ -/]*[@-~]",
  "\\][^\\x07\\x1b]*(?:\\x07|\\x1b\\\\)?",
  "[()#][0-9A-Za-z]",
  "[@-Z\\\\^_]",
  "[78=>]",
];
const ESCAPES = new RegExp(`\\x1b(?:${SEQUENCE.join("|")})`, "g");

/** The text that a person would see of what a terminal shows, in one line. */
export function visibleText(shown: string): string {
  return shown.replace(ESCAPES, "").replace(/\p{Cc}+/gu, " ").trim();
}
