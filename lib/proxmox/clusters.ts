export { DEFAULT_CLUSTER } from "../config/config.ts";

/** What there is of each cluster, by its name, in the order of the configuration; of one at least. */
export class Clusters<T> {
  /** Of the cluster that is meant where there is no other, and for what concerns none. */
  readonly first: T;
  readonly #byName: ReadonlyMap<string, T>;

  constructor([first, ...others]: readonly [readonly [string, T], ...(readonly [string, T])[]]) {
    this.first = first[1];
    this.#byName = new Map([first, ...others]);
  }

  get names(): readonly string[] {
    return [...this.#byName.keys()];
  }

  /** True when a call has to say, or to find out, which one it is about. */
  get several(): boolean {
    return this.#byName.size > 1;
  }

  get(name: string): T | undefined {
    return this.#byName.get(name);
  }

  /** The same names, with something else of each. */
  map<U>(of: (each: T) => U): Clusters<U> {
    const [first, ...others] = [...this.#byName].map(([name, each]) => [name, of(each)] as const);
    if (first === undefined) throw new Error("there is no cluster");
    return new Clusters([first, ...others]);
  }

  [Symbol.iterator](): Iterator<readonly [string, T]> {
    return this.#byName.entries();
  }
}
