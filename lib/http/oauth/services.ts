import type { AccountStore } from "../../auth/account_store.ts";
import type { SpentKeys } from "../../database/spent_keys.ts";
import type { OwnClients } from "../../oauth/own_clients.ts";
import type { OwnGrants } from "../../oauth/own_grants.ts";
import type { OwnSeals } from "../../oauth/own_seals.ts";
import type { OwnTokens } from "../../oauth/own_tokens.ts";
import type { OwnTrail } from "../../oauth/own_trail.ts";
import type { PageApp } from "../pages/services.ts";
import type { AppServices } from "../services.ts";

/** What signing in by this server's own pages is given. */
export interface OAuthServices {
  /** How browsers and clients reach the server: its name as an issuer. */
  readonly issuer: string;
  /** Where MCP is served, as clients name it. */
  readonly resource: string;
  readonly clients: OwnClients;
  readonly seals: OwnSeals;
  readonly grants: OwnGrants;
  readonly tokens: OwnTokens;
  readonly trail: OwnTrail;
  readonly spent: Pick<SpentKeys, "spend">;
  readonly accounts: Pick<AccountStore, "findTokensById">;
  readonly now: () => Date;
}

export type Services = AppServices & { readonly oauth: OAuthServices };
export type PeopleServices = PageApp & { readonly oauth: OAuthServices };
