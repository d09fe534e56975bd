import type { TokenLimits } from "./limits.ts";
import type { SealedTokens } from "./proxmox_tokens.ts";
import type { Scope } from "./scope.ts";

/** Who makes a request, as authentication found out. */
export interface Principal {
  readonly user: string;
  readonly userId: number;
  readonly tokenId: number;
  readonly tokenName: string;
  /** The lesser of the token's permission and what the user's role allows. */
  readonly scope: Scope;
  readonly limits: TokenLimits | null;
  /** The API tokens of Proxmox that this user's calls go out with; without one to a cluster, with the one that all share. */
  readonly proxmoxTokens: SealedTokens;
  /** The client's address, in canonical form. */
  readonly address: string;
  /**
   * Set when the token came from signing in by OAuth: how far the user's role goes. A client whose token
   * goes less far may ask the person for more.
   */
  readonly signedIn?: { readonly upTo: Scope };
}

/**
 * Who is held to what one may have under way: a token, and the person for all clients that they have let in. No
 * token has such a number.
 */
export function holderOf({ signedIn, tokenId, userId }: Principal): number {
  return signedIn === undefined ? tokenId : -userId;
}
