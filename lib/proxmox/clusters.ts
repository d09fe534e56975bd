/** The cluster that `proxmox` and `auth` of the configuration name. */
export const DEFAULT_CLUSTER = "default";

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

  [Symbol.iterator](): Iterator<readonly [string, T]> {
    return this.#byName.entries();
  }
}
