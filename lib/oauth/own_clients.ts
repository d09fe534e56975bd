import type { ClientDocuments } from "./own_documents.ts";
import { OAuthError } from "./own_error.ts";
import { readFacts } from "./own_facts.ts";
import { clientDigestOf, type OwnSeals } from "./own_seals.ts";

/** A client that asks, known by its document or by what it has told when it registered. */
export interface Client {
  /** The URL of its document, or a short name of what it registered. */
  readonly id: string;
  readonly digest: string;
  readonly name: string;
  /** The host of its document; null where nobody vouches for the name. */
  readonly host: string | null;
  readonly redirects: readonly string[];
}

const DIGEST_CHARACTERS = 16;

/** Clients that sign people in. Registering keeps nothing here: the id is what was registered, sealed. */
export class OwnClients {
  readonly #seals: OwnSeals;
  readonly #documents: ClientDocuments;

  constructor({ seals, documents }: { seals: OwnSeals; documents: ClientDocuments }) {
    this.#seals = seals;
    this.#documents = documents;
  }

  /** @throws OAuthError `invalid_client_metadata` or `invalid_redirect_uri` */
  async register(metadata: unknown): Promise<Record<string, unknown>> {
    const facts = readFacts(metadata, "invalid_client_metadata");
    return {
      client_id: await this.#seals.client.seal(facts),
      client_name: facts.name,
      redirect_uris: facts.redirects,
      token_endpoint_auth_method: "none",
      grant_types: ["authorization_code", "refresh_token"],
      response_types: ["code"],
    };
  }

  /** @throws OAuthError `invalid_client` */
  async find(id: string): Promise<Client> {
    const digest = clientDigestOf(id);
    if (/^https:/i.test(id)) {
      const facts = await this.#documents.find(id);
      return { ...facts, id, digest, host: new URL(id).host };
    }
    const facts = await this.#seals.client.open(id);
    if (facts === undefined) {
      throw new OAuthError("invalid_client", "Cannot tell who the client is: unknown client_id", {
        guess: id,
      });
    }
    return { ...facts, id: `registered:${digest.slice(0, DIGEST_CHARACTERS)}`, digest, host: null };
  }
}
