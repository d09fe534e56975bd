import type { AuditLog } from "../../audit/log.ts";
import type { AccountStore } from "../../auth/account_store.ts";
import { Grants } from "../../auth/grants.ts";
import { SignIns } from "../../auth/sign_ins.ts";
import type { Config } from "../../config/config.ts";
import type { Database } from "../../database/database.ts";
import type { SharedKeys } from "../../database/secret.ts";
import type { Log } from "../../log/log.ts";
import { OwnClients } from "../../oauth/own_clients.ts";
import { ClientDocuments, type Fetch } from "../../oauth/own_documents.ts";
import { OwnGrants } from "../../oauth/own_grants.ts";
import { resourceOf } from "../../oauth/own_metadata.ts";
import { OwnSeals } from "../../oauth/own_seals.ts";
import { OwnTokens } from "../../oauth/own_tokens.ts";
import { OwnTrail } from "../../oauth/own_trail.ts";
import type { UseLimits } from "../limits.ts";
import type { SignInRoutes } from "../services.ts";
import { serveClients } from "./endpoints.ts";
import { servePeople } from "./routes.ts";
import type { OAuthServices } from "./services.ts";

export interface OwnSignInOptions extends Pick<OAuthServices, "spent" | "now"> {
  readonly server: Config["server"];
  readonly database: Database;
  readonly accounts: AccountStore;
  readonly audit: AuditLog;
  readonly keys: SharedKeys;
  readonly limits: Pick<UseLimits, "request">;
  readonly log: Log;
  readonly monotonic: () => number;
  readonly fetch: Fetch | undefined;
}

/** Joins the parts by which people sign clients in on this server's own pages. */
export function createOwnSignIn(options: OwnSignInOptions): SignInRoutes & { sweep(): void } {
  const { server, database, accounts, keys, now, spent, fetch, monotonic } = options;
  const issuer = server.public_url ?? "";
  const resource = resourceOf(server);
  const hosts = server.oauth?.client_hosts ?? [];
  const seals = new OwnSeals(keys);
  const grants = new Grants(database, { now });
  const signIns = new SignIns(database, accounts);
  const oauth: OAuthServices = {
    issuer,
    resource,
    seals,
    clients: new OwnClients({ seals, documents: new ClientDocuments({ hosts, monotonic, fetch }) }),
    grants: new OwnGrants({ seals, signIns, issuer, resource, now }),
    tokens: new OwnTokens({
      seals,
      grants,
      accounts,
      rate: (tokenId) => options.limits.request(tokenId),
      resource,
      now,
    }),
    trail: new OwnTrail(options),
    spent,
    accounts,
    now,
  };
  return {
    serveClients: (app, services) => serveClients(app, { ...services, oauth }),
    servePeople: (app, services) => servePeople(app, { ...services, oauth }),
    // A database that is away is asked again at the next sweep.
    sweep: () => void grants.sweep().catch(() => {}),
  };
}
