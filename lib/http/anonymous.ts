import type { Principal } from "../auth/principal.ts";

/** Whoever calls from an address, where the config asks for no token. */
export function anonymous(address: string): Principal {
  return {
    user: "anonymous",
    userId: 0,
    tokenId: 0,
    tokenName: "",
    proxmoxTokens: new Map(),
    scope: "admin",
    limits: null,
    address,
  };
}
