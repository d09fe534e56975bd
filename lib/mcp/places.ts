import type { OpenKind } from "../siblings/board.ts";
import { type Idlest, OpenElsewhere } from "../siblings/open_elsewhere.ts";
import type { Siblings } from "../siblings/siblings.ts";

export interface PlacesOptions {
  readonly kind: OpenKind;
  /** How many a token may have. */
  readonly most: number;
  /** Null for a server that has no other worker. */
  readonly siblings: Siblings | null;
}

/** What each token keeps open of a kind, counted for all workers of a server together. */
export class Places {
  readonly #most: number;
  readonly #elsewhere: OpenElsewhere | null;
  readonly #own = new Map<number, number>();

  constructor({ kind, most, siblings }: PlacesOptions) {
    this.#most = most;
    this.#elsewhere = siblings && new OpenElsewhere(siblings, kind);
  }

  /** Whether the token's places are taken. */
  isFull(tokenId: number): boolean {
    return this.#count(tokenId) + (this.#elsewhere?.count(tokenId) ?? 0) >= this.#most;
  }

  /** Takes a place, or several, until the result is called; undefined where there are not so many. */
  take(tokenId: number, places = 1): (() => void) | undefined {
    const most = this.#most;
    const own = this.#count(tokenId) + places;
    if (!(this.#elsewhere?.take(tokenId, { own, most }) ?? own <= most)) return undefined;
    this.#own.set(tokenId, own);
    let isTaken = true;
    return () => {
      if (isTaken) this.#give(tokenId, places);
      isTaken = false;
    };
  }

  /** What the token has left idle longest on another worker. */
  async idlestElsewhere(tokenId: number): Promise<Idlest | undefined> {
    return await this.#elsewhere?.idlest(tokenId);
  }

  #give(tokenId: number, places: number): void {
    const own = this.#count(tokenId) - places;
    if (own === 0) this.#own.delete(tokenId);
    else this.#own.set(tokenId, own);
    this.#elsewhere?.tell(tokenId, own);
  }

  #count(tokenId: number): number {
    return this.#own.get(tokenId) ?? 0;
  }
}
