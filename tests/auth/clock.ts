/** A clock that stands still until it is told otherwise. */
export class Clock {
  #time: number;

  constructor(start = "2026-03-01T12:00:00Z") {
    this.#time = Date.parse(start);
  }

  readonly now = (): Date => new Date(this.#time);

  advance(milliseconds: number): void {
    this.#time += milliseconds;
  }
}
