import { AppError } from "../errors.ts";
import type { ReadDocument } from "./documents.ts";

/** What a provider says of itself. */
export interface IssuerDocument {
  /** Where it was found. */
  readonly url: URL;
  readonly jwksUrl: URL;
}

/**
 * Finds the document of an issuer in the places of RFC 8414 and OpenID Connect Discovery. Rejects with
 * AppError `unavailable` when there is none, when it names another issuer, or when its keys are on another host.
 */
export async function readIssuer(issuer: string, read: ReadDocument): Promise<IssuerDocument> {
  let problem: unknown;
  for (const url of wellKnown(issuer)) {
    try {
      const document = await read(url);
      if (document !== undefined) return understood(document, { url, issuer });
    } catch (error) {
      problem ??= error;
    }
  }
  throw problem ??
    new AppError("unavailable", `Cannot find the document of ${issuer}: it has none`);
}

function wellKnown(issuer: string): URL[] {
  const { origin, pathname } = new URL(issuer);
  const path = pathname.replace(/\/$/, "");
  const places = [
    `${origin}/.well-known/oauth-authorization-server${path}`,
    `${origin}/.well-known/openid-configuration${path}`,
    `${origin}${path}/.well-known/openid-configuration`,
  ];
  return [...new Set(places)].map((place) => new URL(place));
}

function understood(document: unknown, { url, issuer }: { url: URL; issuer: string }) {
  const { issuer: named, jwks_uri } = Object(document);
  if (named !== issuer) {
    throw unusable(url, `it is of the issuer ${JSON.stringify(named)}, not of "${issuer}"`);
  }
  if (typeof jwks_uri !== "string" || !URL.canParse(jwks_uri)) {
    throw unusable(url, "it names no jwks_uri");
  }
  const jwksUrl = new URL(jwks_uri);
  if (jwksUrl.origin !== new URL(issuer).origin) {
    const advice = `name it in server.oauth.jwks_url: ${jwks_uri}`;
    throw unusable(url, `its keys are on another host; if that is right, ${advice}`);
  }
  return { url, jwksUrl };
}

function unusable(url: URL, state: string): AppError {
  return new AppError("unavailable", `Cannot use ${url.href}: ${state}`);
}
