import type { OpenKind } from "./board.ts";
import type { Siblings } from "./siblings.ts";

/** A worker that says nothing for so long has nothing to give up. */
const PATIENCE_MS = 1_000;

/** What a token has left idle longest. */
export interface Idlest {
  readonly idleMs: number;
  /** False when it is not idle any more. */
  end(): Promise<boolean>;
}

/** What the other workers of a server keep open of a kind. */
export class OpenElsewhere {
  readonly #siblings: Siblings;
  readonly #kind: OpenKind;

  constructor(siblings: Siblings, kind: OpenKind) {
    this.#siblings = siblings;
    this.#kind = kind;
  }

  /** How many of a token. */
  count(tokenId: number): number {
    return this.#siblings.board.openElsewhere(this.#kind, tokenId);
  }

  /** Tells that there are to be so many here; false where that makes more than `most` in all. */
  take(tokenId: number, { own, most }: { own: number; most: number }): boolean {
    return this.#siblings.board.takeOpen(this.#kind, tokenId, { own, most });
  }

  /** Tells how many there are here. */
  tell(tokenId: number, own: number): void {
    this.#siblings.board.setOpen(this.#kind, tokenId, own);
  }

  /** Of all of a token's. */
  async idlest(tokenId: number): Promise<Idlest | undefined> {
    if (this.count(tokenId) === 0) return undefined;
    const told = await Promise.all(this.#siblings.others.map(async (worker) => {
      const idleMs = await this.#ask(worker, tokenId, { end: false });
      const end = async () => await this.#ask(worker, tokenId, { end: true }) !== null;
      return idleMs === null ? [] : [{ idleMs, end }];
    }));
    return told.flat().toSorted((a, b) => b.idleMs - a.idleMs)[0];
  }

  async #ask(worker: number, tokenId: number, { end }: { end: boolean }): Promise<number | null> {
    const ask = { kind: "idlest", open: this.#kind, tokenId, end } as const;
    const idleMs = await this.#siblings.askWithin(PATIENCE_MS, worker, ask);
    return typeof idleMs === "number" ? idleMs : null;
  }
}
