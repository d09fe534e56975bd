import { type Scope, SCOPES } from "../auth/scope.ts";
import type { Config } from "../config/config.ts";
import { resourceOf } from "./own_metadata.ts";

const WELL_KNOWN = "/.well-known/oauth-protected-resource";

/**
 * What OAuth clients are told of this server: who gives them tokens (RFC 9728), and what is wrong with those
 * that they bring (RFC 6750).
 */
export class ProtectedResource {
  /** Where the document is served: at the root, and at the path of MCP. */
  readonly paths: readonly string[];
  readonly document: Readonly<Record<string, unknown>>;
  readonly #metadata: string;

  /** @param server with `oauth` and so with `public_url` */
  constructor(server: Config["server"]) {
    const suffix = server.path === "/" ? "" : server.path;
    this.paths = [...new Set([WELL_KNOWN, `${WELL_KNOWN}${suffix}`])];
    this.document = {
      resource: resourceOf(server),
      authorization_servers: [server.oauth?.issuer ?? server.public_url],
      scopes_supported: [...SCOPES],
      bearer_methods_supported: ["header"],
      resource_name: "Proxmox VE",
    };
    this.#metadata = `resource_metadata="${server.public_url}${WELL_KNOWN}${suffix}"`;
  }

  /**
   * The challenge to who brought no token, or one that is not good. It asks for all scopes, since tools above
   * a token's are not even listed: the person who signs in decides how many of them the client is given.
   */
  unauthorized({ tokenGiven }: { tokenGiven: boolean }): string {
    const error = tokenGiven ? 'error="invalid_token", ' : "";
    return `Bearer realm="proxmox-mcp", ${error}scope="${SCOPES.join(" ")}", ${this.#metadata}`;
  }

  /** The challenge to who must ask the person for more. */
  insufficientScope(needed: Scope): string {
    return `Bearer realm="proxmox-mcp", error="insufficient_scope", scope="${needed}", ${this.#metadata}`;
  }
}
