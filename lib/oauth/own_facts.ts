import { OAuthError } from "./own_error.ts";
import { redirectFlaw } from "./own_redirects.ts";
import type { Registration } from "./own_seals.ts";

export type ClientFacts = Registration;

const MOST_REDIRECTS = 10;
const LONGEST_TOGETHER = 1_500;
const LONGEST_NAME = 80;

/**
 * What is used of a client's metadata (RFC 7591); the rest is not looked at.
 *
 * @throws OAuthError of this code, or `invalid_redirect_uri`, that says what is wrong
 */
export function readFacts(
  metadata: unknown,
  code: "invalid_client" | "invalid_client_metadata",
): ClientFacts {
  if (typeof metadata !== "object" || metadata === null) {
    throw new OAuthError(code, "Cannot read the client's metadata: it is no JSON object");
  }
  const { redirect_uris: uris, client_name: name, grant_types, response_types } =
    metadata as Record<string, unknown>;
  const flaw = code === "invalid_client" ? code : "invalid_redirect_uri";
  if (!Array.isArray(uris) || uris.length === 0 || !uris.every((uri) => typeof uri === "string")) {
    throw new OAuthError(flaw, "Cannot read the client's metadata: redirect_uris must hold URLs");
  }
  if (uris.length > MOST_REDIRECTS || uris.join("").length > LONGEST_TOGETHER) {
    throw new OAuthError(flaw, "Cannot read the client's metadata: redirect_uris holds too much");
  }
  for (const uri of uris) {
    const problem = redirectFlaw(uri);
    if (problem !== undefined) {
      const shown = JSON.stringify(uri.slice(0, 100));
      throw new OAuthError(flaw, `Cannot read the client's metadata: ${shown} ${problem}`);
    }
  }
  if (lacks(grant_types, "authorization_code") || lacks(response_types, "code")) {
    throw new OAuthError(
      code,
      "Cannot read the client's metadata: only the code grant is served here",
    );
  }
  return { name: readableName(name), redirects: uris };
}

function lacks(list: unknown, needed: string): boolean {
  return list !== undefined && list !== null && !(Array.isArray(list) && list.includes(needed));
}

/** One line of visible characters, without quotes: the page shows it between some. */
function readableName(name: unknown): string {
  const text = typeof name === "string" ? name : "";
  const visible = text.normalize("NFC").replaceAll(/[\p{C}\p{Z}]+/gu, " ")
    .replaceAll(/["\p{Pi}\p{Pf}]/gu, "'").trim();
  return [...visible].slice(0, LONGEST_NAME).join("") || "?";
}
