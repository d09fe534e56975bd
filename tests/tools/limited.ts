import type { TokenLimits } from "../../lib/auth/limits.ts";
import type { Site } from "../site.ts";
import { createAuthenticatedToken } from "../tokens.ts";

const NONE = { pools: null, tags: null, vmids: null, nodes: null, toolsAllow: null, toolsDeny: [] };

/** A token with the scope admin that is limited to this. */
export function limited(site: Site, limits: Partial<TokenLimits>): Promise<string> {
  return createAuthenticatedToken(site.store, {
    username: "ada",
    permission: "admin",
    now: () => new Date(),
    limits: { ...NONE, ...limits },
  });
}
