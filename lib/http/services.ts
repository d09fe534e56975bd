import type { Hono } from "hono";
import type { Principal } from "../auth/principal.ts";
import type { Log } from "../log/log.ts";
import type { Language } from "../mcp/messages.ts";
import type { RefusedCalls } from "../mcp/refused_calls.ts";
import type { Rest } from "../mcp/rest.ts";
import type { Transports } from "../mcp/transports.ts";
import type { ProtectedResource } from "../oauth/resource.ts";
import type { UseLimits } from "./limits.ts";
import type { Metrics } from "./metrics.ts";
import type { OriginRules } from "./origin.ts";
import type { PageApp, PageServices } from "./pages/services.ts";
import type { Readiness } from "./readiness.ts";
import type { Env } from "./request.ts";
import type { StrangerLog } from "./stranger_log.ts";

/** The routes by which people let clients in. */
export interface SignInRoutes {
  /** What clients ask by themselves, from pages of any origin. */
  serveClients(app: Hono<Env>, services: AppServices): void;
  /** What browsers are sent to. */
  servePeople(app: Hono<Env>, services: PageApp): void;
}

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
  readonly rest: Pick<Rest, "has" | "call" | "describe" | "lacking">;
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
  /** The id of the token that it most likely is, before anybody is asked. */
  readonly likelyToken: (token: string | null, address: string) => number | undefined;
  readonly newId: () => string;
  /** What OAuth clients are told; null where nobody can sign in by OAuth. */
  readonly resource: ProtectedResource | null;
  /** Signing in by OAuth on this server's own pages; null where it is off. */
  readonly signIn: SignInRoutes | null;
  /** For the pages that people open; null where there are none. */
  readonly pages: PageServices | null;
}
