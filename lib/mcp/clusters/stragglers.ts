/** So long nobody waits for who was late, but as long as others take; each time that it is late again, twice that. */
const FIRST_MS = 10_000;
const LONGEST_MS = 5 * 60_000;

interface Late {
  readonly since: number;
  readonly ms: number;
}

/** The clusters that were not waited for any longer a moment ago: they are not waited for again and again. */
export class Stragglers {
  readonly #late = new Map<string, Late>();
  readonly #monotonic: () => number;

  /** @param monotonic milliseconds that only ever rise */
  constructor(monotonic: () => number) {
    this.#monotonic = monotonic;
  }

  note(cluster: string): void {
    if (this.has(cluster)) return;
    const before = this.#late.get(cluster);
    const ms = before === undefined ? FIRST_MS : Math.min(LONGEST_MS, 2 * before.ms);
    this.#late.set(cluster, { since: this.#monotonic(), ms });
  }

  /** It was in time; who is now and then has still been late a moment ago. */
  answered(cluster: string): void {
    const late = this.#late.get(cluster);
    if (late === undefined) return;
    this.#late.set(cluster, { ...late, ms: FIRST_MS });
    if (!this.has(cluster)) this.#late.delete(cluster);
  }

  has(cluster: string): boolean {
    const late = this.#late.get(cluster);
    return late !== undefined && this.#monotonic() - late.since < late.ms;
  }
}
