import type { AuditLog } from "../audit/log.ts";
import type { AccountStore } from "../auth/account_store.ts";
import type { BearerSource } from "../auth/bearer.ts";
import { SignIns } from "../auth/sign_ins.ts";
import { UserLinks } from "../auth/user_links.ts";
import type { Config } from "../config/config.ts";
import type { Database } from "../database/database.ts";
import { AppError, ioReason } from "../errors.ts";
import { documentReader } from "./documents.ts";
import { IssuerKeys } from "./issuer_keys.ts";
import { Members } from "./members.ts";
import { Provider } from "./provider.ts";
import { resourceOf } from "./own_metadata.ts";

/** The identity provider that a config names. */
export interface ConnectedProvider extends Disposable {
  readonly bearers: BearerSource;
  /** Takes over what groups give. */
  reload(config: Config): void;
}

/**
 * Gets ready to read an identity provider's tokens; it need not be reachable. Null where the config names none.
 *
 * @throws AppError `invalid` when `server.oauth.ca_file` cannot be read
 */
export async function connectProvider(
  config: Config,
  { database, accounts, ...services }: {
    readonly database: Database;
    readonly accounts: AccountStore;
    readonly audit: Pick<AuditLog, "write">;
    readonly now: () => Date;
    readonly monotonic: () => number;
  },
): Promise<ConnectedProvider | null> {
  const { oauth } = config.server;
  if (config.stdio || oauth === null || oauth.issuer === null) return null;
  const { issuer, claims, default_scope: defaultScope } = oauth;
  const { now, monotonic } = services;
  const read = await openReader(oauth);
  const keys = new IssuerKeys({ issuer, jwksUrl: oauth.jwks_url, read, monotonic });
  const links = new UserLinks(database, accounts);
  const signIns = new SignIns(database, accounts);
  const members = new Members({ ...services, issuer, claims, accounts, links, signIns });
  const audience = audienceOf(config);
  const bearers = new Provider({
    issuer,
    audience,
    defaultScope,
    keys,
    members,
    now,
    monotonic,
  });
  return {
    bearers,
    reload: ({ server }) => {
      members.setRoles(server.oauth?.claims.roles ?? {});
      bearers.forgetAll();
    },
    [Symbol.dispose]: () => read[Symbol.dispose](),
  };
}

/** Whom the provider's tokens must be for. */
export function audienceOf({ server }: Config): string {
  return server.oauth?.audience ?? resourceOf(server);
}

/** Reads documents of the provider, whose CA the config may name. */
export async function openReader(
  { ca_file }: { readonly ca_file: string | null },
): Promise<ReturnType<typeof documentReader>> {
  if (ca_file === null) return documentReader([]);
  let pem: string;
  try {
    pem = await Deno.readTextFile(ca_file);
  } catch (error) {
    const message = `Cannot read server.oauth.ca_file ${ca_file}: ${ioReason(error)}`;
    throw new AppError("invalid", message, { cause: error });
  }
  return documentReader([pem]);
}
