import { SCOPES } from "../auth/scope.ts";

/** Where the endpoints are, below the issuer. */
export const PLACES = {
  authorize: "/oauth/authorize",
  token: "/oauth/token",
  register: "/oauth/register",
  revoke: "/oauth/revoke",
} as const;

/** Where MCP is served, as clients name it (RFC 8707). */
export function resourceOf(server: { public_url: string | null; path: string }): string {
  return `${server.public_url ?? ""}${server.path === "/" ? "" : server.path}`;
}

/** What clients read first (RFC 8414). */
export function metadataOf(issuer: string): Record<string, unknown> {
  return {
    issuer,
    authorization_endpoint: issuer + PLACES.authorize,
    token_endpoint: issuer + PLACES.token,
    registration_endpoint: issuer + PLACES.register,
    revocation_endpoint: issuer + PLACES.revoke,
    scopes_supported: [...SCOPES, "offline_access"],
    response_types_supported: ["code"],
    response_modes_supported: ["query"],
    grant_types_supported: ["authorization_code", "refresh_token"],
    token_endpoint_auth_methods_supported: ["none"],
    revocation_endpoint_auth_methods_supported: ["none"],
    code_challenge_methods_supported: ["S256"],
    authorization_response_iss_parameter_supported: true,
    client_id_metadata_document_supported: true,
  };
}
