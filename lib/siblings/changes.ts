import type { Board } from "./board.ts";

/** Which of the changes that a server's workers make are known to one of them. */
export class Changes {
  readonly #board: Board;
  #seen: number;

  constructor(board: Board) {
    this.#board = board;
    this.#seen = board.changes;
  }

  /** Tells the others of a change that this worker has made. */
  note(): void {
    const all = this.#board.noteChange();
    // What others have changed meanwhile is still news.
    if (all === this.#seen + 1) this.#seen = all;
  }

  /** True once after others have made changes: what was read before is out of date. */
  takeNews(): boolean {
    const { changes } = this.#board;
    const isNews = changes !== this.#seen;
    this.#seen = changes;
    return isNews;
  }
}
