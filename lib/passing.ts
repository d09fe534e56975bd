/**
 * Values that come and go in great number. A `Set` or `Map` would keep each that was deleted, with all that it
 * holds, until the next full collection: the tables that it has outgrown lead to one another as soon as one of
 * them is old (seen in V8 15). Here only an empty box stays.
 */
export class Passing<T extends object> {
  readonly #boxes = new Set<{ value: T | undefined }>();

  /** Adds a value; the function that it gives takes it out again. */
  add(value: T): () => void {
    const box: { value: T | undefined } = { value };
    this.#boxes.add(box);
    return () => {
      box.value = undefined;
      this.#boxes.delete(box);
    };
  }

  clear(): void {
    for (const box of this.#boxes) box.value = undefined;
    this.#boxes.clear();
  }

  *[Symbol.iterator](): Generator<T> {
    for (const { value } of this.#boxes) {
      if (value !== undefined) yield value;
    }
  }
}

/** The same for values that are found by a key. */
export class PassingByKey<Key, T extends object> {
  readonly #boxes = new Map<Key, { value: T | undefined }>();

  get(key: Key): T | undefined {
    return this.#boxes.get(key)?.value;
  }

  set(key: Key, value: T): void {
    this.delete(key);
    this.#boxes.set(key, { value });
  }

  /** Gives what stood there. */
  delete(key: Key): T | undefined {
    const box = this.#boxes.get(key);
    if (box === undefined) return undefined;
    const { value } = box;
    box.value = undefined;
    this.#boxes.delete(key);
    return value;
  }

  clear(): void {
    for (const box of this.#boxes.values()) box.value = undefined;
    this.#boxes.clear();
  }

  *[Symbol.iterator](): Generator<T> {
    for (const { value } of this.#boxes.values()) {
      if (value !== undefined) yield value;
    }
  }
}
