/** A clock that stands still until it is told otherwise. */
export class Clock {
  #time: number;
  #passed = 0;

  constructor(start = "2026-03-01T12:00:00Z") {
    this.#time = Date.parse(start);
  }

  readonly now = (): Date => new Date(this.#time);
  readonly monotonic = (): number => this.#passed;

  advance(milliseconds: number): void {
    this.#time += milliseconds;
    this.#passed += milliseconds;
  }

  /** Sets the wall clock, as an administrator would; no time passes by that. */
  set(time: string): void {
    this.#time = Date.parse(time);
  }
}
