import type { Row } from "./database.ts";

const MOST_KEPT = 10_000;

/**
 * Gives the same value again as long as the row that it was made of says the same, so that what others have
 * derived from the value goes on to hold.
 */
export class Unchanged<Value> {
  readonly #make: (row: Row) => Value;
  #kept = new Map<string, { readonly row: string; readonly value: Value }>();

  constructor(make: (row: Row) => Value) {
    this.#make = make;
  }

  /** The value of the row that bears this key. */
  of(key: string, row: Row): Value {
    const text = JSON.stringify(row);
    const kept = this.#kept.get(key);
    if (kept?.row === text) return kept.value;
    if (this.#kept.size >= MOST_KEPT) this.#kept = new Map();
    const value = this.#make(row);
    this.#kept.set(key, { row: text, value });
    return value;
  }
}
