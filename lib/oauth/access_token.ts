import {
  type CryptoKey,
  decodeProtectedHeader,
  errors,
  type FlattenedJWSInput,
  type JWSHeaderParameters,
  type JWTPayload,
  jwtVerify,
  type JWTVerifyResult,
} from "jose";
import { BearerEnded, unauthorized } from "../auth/bearer.ts";
import { type Scope, SCOPES } from "../auth/scope.ts";
import { AppError } from "../errors.ts";

const LONGEST_NAME = 500;
const SKEW_SECONDS = 60;
/** Whoever has the public key could make any other. */
const ALGORITHMS = [
  ...["RS256", "RS384", "RS512", "PS256", "PS384", "PS512"],
  ...["ES256", "ES384", "ES512", "EdDSA", "Ed25519"],
];
/** Of RFC 9068, and what most providers write. */
const TYPES = new Set<unknown>([undefined, "JWT", "jwt", "at+jwt", "application/at+jwt"]);
/** What only an ID token says, and what some providers call all but access tokens. */
const OF_ID_TOKENS = ["nonce", "at_hash", "c_hash"];
const OTHER_USES = new Set<unknown>(["ID", "id", "id-token", "Refresh", "Offline", "Logout"]);

/** What an access token says. */
export interface AccessToken {
  readonly subject: string;
  readonly clientId: string;
  /** The highest of our scopes that it holds; the provider's default when there is none. */
  readonly scope: Scope;
  readonly claims: JWTPayload;
  /** Unix seconds; 0 where it does not say when it was issued. */
  readonly issuedAt: number;
  readonly expires: number;
}

export interface AccessTokenRules {
  readonly issuer: string;
  readonly audience: string;
  /** Of tokens that hold none of our scopes. */
  readonly defaultScope: Scope;
  readonly find: (header: JWSHeaderParameters, token: FlattenedJWSInput) => Promise<CryptoKey>;
  readonly now: Date;
}

/** True for what a provider must explain: three parts, of which the first is a JWT's header. */
export function isJwt(bearer: string): boolean {
  if (!/^[\w-]+\.[\w-]*\.[\w-]*$/.test(bearer)) return false;
  try {
    return "alg" in decodeProtectedHeader(bearer);
  } catch {
    return false;
  }
}

/**
 * What a JWT says, once its signature and everything that it says of itself hold. Throws AppError
 * `unauthorized`, or BearerEnded once it is sure that the issuer has made it; `unavailable` when the issuer's
 * keys cannot be read.
 */
export async function readAccessToken(jwt: string, rules: AccessTokenRules): Promise<AccessToken> {
  const { payload, protectedHeader } = await verified(jwt, rules);
  const refuse = (reason: string) => new BearerEnded(`token of ${rules.issuer}: ${reason}`);
  const { sub, exp, iat = 0, azp, client_id } = payload;
  if (!TYPES.has(protectedHeader.typ)) throw refuse(`it is a ${protectedHeader.typ}`);
  const isTyped = /at\+jwt$/.test(protectedHeader.typ ?? "");
  const isOther = [payload.typ, payload.type, payload.token_use].some((use) => OTHER_USES.has(use));
  if (isOther || (!isTyped && OF_ID_TOKENS.some((claim) => claim in payload))) {
    throw refuse("it is no access token (an ID token?)");
  }
  const clientId = azp ?? client_id ?? "";
  if (!isName(sub)) throw refuse("its sub is no name");
  if (clientId !== "" && !isName(clientId)) throw refuse("its client_id is no name");
  const scope = scopeOf(payload) ?? rules.defaultScope;
  // One that is said to come later would keep those after it from being the newest.
  const issuedAt = Math.floor(Math.min(iat, rules.now.getTime() / 1000 + SKEW_SECONDS));
  return { subject: sub, clientId, scope, claims: payload, issuedAt, expires: exp ?? 0 };
}

async function verified(
  jwt: string,
  { issuer, audience, find, now }: AccessTokenRules,
): Promise<JWTVerifyResult> {
  const options = {
    issuer,
    audience,
    algorithms: ALGORITHMS,
    clockTolerance: SKEW_SECONDS,
    currentDate: now,
    requiredClaims: ["exp", "sub"],
  };
  try {
    try {
      return await jwtVerify(jwt, find, options);
    } catch (error) {
      if (!(error instanceof errors.JWKSMultipleMatchingKeys)) throw error;
      return await verifiedByAny(error, (key) => jwtVerify(jwt, key, options));
    }
  } catch (error) {
    if (!(error instanceof errors.JOSEError)) throw asUnavailable(error);
    const reason = `token of ${issuer}: ${reasonOf(error)}`;
    const isSigned = error instanceof errors.JWTClaimValidationFailed ||
      error instanceof errors.JWTExpired;
    throw isSigned ? new BearerEnded(reason) : unauthorized(reason);
  }
}

/** A token that names no key may be signed by any that fits. */
async function verifiedByAny<T>(
  keys: errors.JWKSMultipleMatchingKeys,
  verify: (key: CryptoKey) => Promise<T>,
): Promise<T> {
  for await (const key of keys) {
    try {
      return await verify(key);
    } catch (error) {
      if (!(error instanceof errors.JWSSignatureVerificationFailed)) throw error;
    }
  }
  throw new errors.JWSSignatureVerificationFailed();
}

function reasonOf(error: errors.JOSEError): string {
  if (error instanceof errors.JWTExpired) return "expired";
  if (error instanceof errors.JWTClaimValidationFailed) {
    if (error.reason === "missing") return `no ${error.claim}`;
    return error.claim === "nbf" ? "not valid yet" : `wrong ${error.claim}`;
  }
  if (error instanceof errors.JOSEAlgNotAllowed) return "its algorithm is not allowed";
  if (error instanceof errors.JWKSNoMatchingKey) return "the issuer has no such key";
  if (error instanceof errors.JWSSignatureVerificationFailed) return "wrong signature";
  return "it is malformed";
}

/** A key that cannot be used is as good as none; that is the provider's doing. */
function asUnavailable(error: unknown): AppError {
  if (error instanceof AppError) return error;
  return new AppError("unavailable", "Cannot use the provider's keys", { cause: error });
}

function scopeOf({ scope, scp }: JWTPayload): Scope | undefined {
  const named = [scope, scp].flat().flatMap((each) =>
    typeof each === "string" ? each.split(" ") : []
  );
  return SCOPES.findLast((each) => named.includes(each));
}

function isName(value: unknown): value is string {
  return typeof value === "string" && value !== "" && value.length <= LONGEST_NAME &&
    !/\p{Cc}/u.test(value);
}
