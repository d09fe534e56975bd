import { type Scope, SCOPES } from "../auth/scope.ts";
import type { Client } from "./own_clients.ts";
import { OAuthError } from "./own_error.ts";
import { isRegistered } from "./own_redirects.ts";
import type { Request } from "./own_seals.ts";

/** How long a person may take to decide. */
const DECIDE_MS = 10 * 60_000;
const LONGEST_STATE = 1_024;

/**
 * Where the answer to a request goes.
 *
 * @throws OAuthError `invalid_request`: nobody is sent to an address that is not the client's
 */
export function redirectOf(params: URLSearchParams, client: Client): string {
  const uri = single(params, "redirect_uri") ??
    (client.redirects.length === 1 ? client.redirects[0] : undefined);
  if (uri !== undefined && isRegistered(uri, client.redirects)) return uri;
  throw new OAuthError(
    "invalid_request",
    "Cannot sign in: redirect_uri is none of those that the client registered",
  );
}

/** What is given back as it came; null where it cannot be. */
export function stateOf(params: URLSearchParams): string | null {
  const [state, ...more] = params.getAll("state");
  const plain = state !== undefined && more.length === 0 && state.length <= LONGEST_STATE &&
    /^[\x20-\x7e]*$/.test(state);
  return plain ? state : null;
}

/**
 * Reads what a client asks a person for.
 *
 * @throws OAuthError that the client may be sent
 */
export function readRequest(
  params: URLSearchParams,
  { client, redirect, resource, now }: {
    client: Client;
    redirect: string;
    resource: string;
    now: Date;
  },
): Request {
  const refuse = (code: OAuthError["code"], state: string) => {
    throw new OAuthError(code, `Cannot sign in: ${state}`);
  };
  if (single(params, "response_type") !== "code") {
    refuse("unsupported_response_type", "response_type must be code");
  }
  if (!["query", undefined].includes(single(params, "response_mode"))) {
    refuse("invalid_request", "response_mode must be query");
  }
  if (params.has("request") || params.has("request_uri")) {
    refuse("invalid_request", "request objects are not read here");
  }
  if (params.has("state") && stateOf(params) === null) {
    refuse("invalid_request", `state must be at most ${LONGEST_STATE} visible characters`);
  }
  const challenge = single(params, "code_challenge") ?? "";
  if (single(params, "code_challenge_method") !== "S256" || !/^[\w-]{43}$/.test(challenge)) {
    refuse("invalid_request", "PKCE with code_challenge_method S256 is needed");
  }
  requireOurs(params, resource);
  if (single(params, "prompt")?.split(" ").includes("none")) {
    refuse("interaction_required", "a person must decide");
  }
  return {
    nonce: crypto.randomUUID(),
    client: client.id,
    clientDigest: client.digest,
    name: client.name,
    host: client.host,
    redirect,
    state: stateOf(params),
    challenge,
    asked: greatestIn(single(params, "scope")),
    expires: now.getTime() + DECIDE_MS,
  };
}

/** @throws OAuthError `invalid_target` for a resource that is not this server (RFC 8707) */
export function requireOurs(params: URLSearchParams, resource: string): void {
  const ours = [resource, `${resource}/`, new URL(resource).origin, new URL("/", resource).href];
  if (params.getAll("resource").every((each) => ours.includes(each))) return;
  throw new OAuthError("invalid_target", `Cannot sign in: resource must be ${resource}`);
}

/** The greatest of our scopes that is named; null where none is. Others are not looked at. */
export function greatestIn(scope: string | undefined): Scope | null {
  const named = scope?.split(" ") ?? [];
  return SCOPES.findLast((each) => named.includes(each)) ?? null;
}

/** The scope with those that it includes, as answers name it. */
export function scopesUpTo(scope: Scope): string {
  return SCOPES.slice(0, SCOPES.indexOf(scope) + 1).join(" ");
}

/** @throws OAuthError `invalid_request` for what is given more than once */
export function single(params: URLSearchParams, name: string): string | undefined {
  const [value, ...more] = params.getAll(name);
  if (more.length === 0) return value;
  throw new OAuthError("invalid_request", `Cannot sign in: ${name} is given more than once`);
}
