import type { TokenLimits } from "../../lib/auth/limits.ts";
import type { Site } from "../site.ts";
import { createAuthenticatedToken, NO_LIMITS } from "../tokens.ts";

/** A token with the scope admin that is limited to this. */
export function limited(site: Site, limits: Partial<TokenLimits>): Promise<string> {
  return createAuthenticatedToken(site.store, {
    username: "ada",
    permission: "admin",
    now: () => new Date(),
    limits: { ...NO_LIMITS, ...limits },
  });
}
