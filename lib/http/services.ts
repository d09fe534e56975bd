import type { Principal } from "../auth/principal.ts";
import type { ApprovalServices } from "./approve/services.ts";
import type { Log } from "../log/log.ts";
import type { Language } from "../mcp/messages.ts";
import type { RefusedCalls } from "../mcp/refused_calls.ts";
import type { Rest } from "../mcp/rest.ts";
import type { Transports } from "../mcp/transports.ts";
import type { UseLimits } from "./limits.ts";
import type { Metrics } from "./metrics.ts";
import type { OriginRules } from "./origin.ts";
import type { Readiness } from "./readiness.ts";
import type { StrangerLog } from "./stranger_log.ts";

/** What the routes are given. */
export interface AppServices {
  readonly path: string;
  readonly scheme: "http" | "https";
  readonly maxBodyBytes: number;
  /** How many workers serve beside one another, this one among them. */
  readonly workers: number;
  readonly language: Language;
  readonly origin: OriginRules;
  readonly transports: Pick<Transports, "post" | "other" | "openSse" | "postSse">;
  readonly rest: Pick<Rest, "has" | "call" | "describe">;
  readonly limits: UseLimits;
  readonly refused: Pick<RefusedCalls, "note">;
  readonly metrics: Metrics;
  readonly log: Log;
  readonly strangers: StrangerLog;
  readonly readiness: () => Promise<Readiness>;
  /** The caller's address, from the peer and trusted proxies' headers. */
  readonly address: (peer: string, headers: Headers) => string;
  /** @throws AppError `unauthorized`, or `unavailable` when nobody can tell */
  readonly authenticate: (token: string | null, address: string) => Promise<Principal>;
  readonly newId: () => string;
  /** For the page on which plans are approved; null where there is none. */
  readonly approval: ApprovalServices | null;
}
