import type { AppError } from "../errors.ts";
import type { Client } from "./api/client.ts";
import type { Credential } from "./api/route.ts";
import type { PveShared, Seen } from "./pve_parts.ts";

interface Options {
  /** With the server's own API token. */
  readonly client: Client;
  /** What depends on nobody's permissions. */
  readonly common: Omit<PveShared, keyof Seen | "personal" | "seen">;
  /** What is known of the cluster through a client. */
  readonly seenBy: (client: Client) => Seen;
  /** Told when what was read is out of date, for who reads elsewhere. */
  readonly onChange?: () => void;
}

/**
 * Proxmox by the API token that it is asked with. What one token sees is told to no other, and what is
 * changed with one is forgotten by all.
 */
export class Parties {
  /** For what is done in nobody's name, and for those who have no token of their own. */
  readonly own: PveShared;
  readonly #options: Options;
  readonly #open = new Set<Seen>();

  constructor(options: Options) {
    this.#options = options;
    this.own = this.#party(options.client, { personal: false });
    this.#open.add(this.own);
  }

  /** For somebody's own token, until it is closed. */
  open(credential: Credential): PveShared {
    const party = this.#party(this.#options.client.as(credential), { personal: true });
    this.#open.add(party);
    return party;
  }

  /** Keeps a party no longer; calls that have it go on. */
  close(party: PveShared): void {
    this.#open.delete(party);
  }

  /** For who may send nothing. */
  refusing(refusal: AppError): PveShared {
    return this.#party(this.#options.client.refusing(refusal), { personal: true });
  }

  #party(client: Client, { personal }: { personal: boolean }): PveShared {
    const { common, onChange, seenBy } = this.#options;
    const seen = seenBy(client);
    const outdated = () => {
      onChange?.();
      // What a call still has after it was closed it must forget too.
      return new Set([...this.#open, seen]);
    };
    return { ...common, ...seen, personal, seen: outdated };
  }

  /** Forgets what was read by anybody's token: something was changed elsewhere. */
  forget(): void {
    for (const { directory, reads } of this.#open) {
      directory.drop();
      reads.drop();
    }
  }
}
