import type { Config } from "../../config/config.ts";
import { messageOf } from "../../errors.ts";
import { audienceOf, openReader } from "../../oauth/connect.ts";
import { readIssuer } from "../../oauth/issuer.ts";
import { readKeys } from "../../oauth/issuer_keys.ts";
import { fail, type Finding, ok } from "./finding.ts";

/** By whom people sign in; whether a provider's keys can be read, and whom its tokens must be for. */
export async function checkSignIn(config: Config): Promise<Finding> {
  const { oauth } = config.server;
  if (!config.audit.database) {
    return fail(
      "sign-in",
      "server.oauth needs tables of its own, which audit.database switches off",
      "set audit.database to true, or take server.oauth away",
    );
  }
  if (oauth === null || oauth.issuer === null) return ok("sign-in", "on this server's own pages");
  const { issuer, jwks_url } = oauth;
  try {
    using read = await openReader(oauth);
    const where = jwks_url === null ? await readIssuer(issuer, read) : null;
    const keys = await readKeys(where?.jwksUrl ?? new URL(jwks_url ?? issuer), read);
    const document = where === null ? `keys at ${jwks_url}` : `document ${where.url.href}`;
    const roles = Object.keys(oauth.claims.roles).length;
    return ok(
      "sign-in",
      `by ${issuer} (${document}, ${keys.length} keys), with tokens for the audience ` +
        `${audienceOf(config)}; ${roles} groups give a role`,
    );
  } catch (error) {
    return fail(
      "sign-in",
      messageOf(error),
      "check server.oauth.issuer, which tokens name so to the letter, and server.oauth.ca_file",
    );
  }
}
