/** So long nobody waits for who was late, but as long as others take. */
const KNOWN_MS = 10_000;

/** The clusters that were not waited for any longer a moment ago: they are not waited for again and again. */
export class Stragglers {
  readonly #late = new Map<string, number>();
  readonly #monotonic: () => number;

  /** @param monotonic milliseconds that only ever rise */
  constructor(monotonic: () => number) {
    this.#monotonic = monotonic;
  }

  note(cluster: string): void {
    if (!this.has(cluster)) this.#late.set(cluster, this.#monotonic());
  }

  has(cluster: string): boolean {
    const since = this.#late.get(cluster);
    return since !== undefined && this.#monotonic() - since < KNOWN_MS;
  }
}
