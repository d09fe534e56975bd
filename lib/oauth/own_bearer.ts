import type { Bearer, BearerSource } from "../auth/bearer.ts";
import { BearerEnded } from "../auth/bearer.ts";
import { hashToken } from "../auth/token.ts";
import type { OwnSeals } from "./own_seals.ts";

/** Reads the access tokens that this server gives, without asking the database for anything. */
export class OwnBearers implements BearerSource {
  readonly #seals: Pick<OwnSeals, "access">;
  readonly #resource: string;
  readonly #now: () => Date;

  constructor(
    { seals, resource, now }: { seals: OwnSeals; resource: string; now: () => Date },
  ) {
    this.#seals = seals;
    this.#resource = resource;
    this.#now = now;
  }

  async find(raw: string): Promise<Bearer | undefined> {
    const access = await this.#seals.access.open(raw);
    if (access === undefined) return undefined;
    if (access.expires <= this.#now().getTime()) throw new BearerEnded("access token expired");
    if (access.resource !== this.#resource) {
      throw new BearerEnded(`access token is for ${access.resource}`);
    }
    return { tokenHash: hashToken(access.secret), scope: access.scope };
  }
}
