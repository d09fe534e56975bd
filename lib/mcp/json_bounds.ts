/** How large a JSON text may be in what makes it dear to handle, whatever its bytes. */
export interface JsonLimits {
  readonly depth: number;
  /** Keys of all objects together. */
  readonly keys: number;
  /** Members of all lists and objects together. */
  readonly members: number;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;
/** `[` and `{`, `]` and `}` differ in one bit. */
const CASE = 0x20;
const OPEN = 0x7b;
const CLOSE = 0x7d;

/**
 * Counts what a JSON text holds while it arrives, before anything is made of it. It need not be valid:
 * whatever a parser would make of it has no more members than are counted here.
 */
export class JsonBounds {
  readonly #limits: JsonLimits;
  #inString = false;
  #escaped = false;
  #depth = 0;
  #keys = 0;
  #members = 0;

  constructor(limits: JsonLimits) {
    this.#limits = limits;
  }

  /** Counts the next bytes. What is too much, in words; null while nothing is. */
  add(bytes: Uint8Array): string | null {
    for (let at = 0; at < bytes.length; at++) {
      const byte = bytes[at] as number;
      if (this.#inString) this.#inside(byte);
      else if (byte === QUOTE) this.#inString = true;
      else if (byte === COMMA) this.#members++;
      else if (byte === COLON) this.#keys++;
      else if ((byte | CASE) === OPEN) {
        this.#members++;
        if (++this.#depth > this.#limits.depth) return `nests deeper than ${this.#limits.depth}`;
      } else if ((byte | CASE) === CLOSE) this.#depth--;
    }
    if (this.#keys > this.#limits.keys) return `holds more than ${this.#limits.keys} keys`;
    if (this.#members > this.#limits.members) {
      return `holds more than ${this.#limits.members} members of lists and objects`;
    }
    return null;
  }

  #inside(byte: number): void {
    if (this.#escaped) this.#escaped = false;
    else if (byte === BACKSLASH) this.#escaped = true;
    else if (byte === QUOTE) this.#inString = false;
  }
}
