import { hostForUrl, isLoopback } from "../config/config.ts";

const LOOPBACK_NAMES = ["localhost", "127.0.0.1", "[::1]"];

export interface OriginRules {
  /** Names that may stand in `Host`; null allows any. */
  readonly hosts: readonly string[] | null;
  /** Origins of other sites that may call; the server's own is always allowed. */
  readonly origins: readonly string[];
}

/**
 * The rules of a configuration: while listening on loopback only loopback names are answered (against
 * DNS rebinding), otherwise any name unless `allowed_hosts` says which.
 */
export function originRules(server: {
  host: string;
  allowed_hosts: readonly string[] | null;
  allowed_origins: readonly string[];
}): OriginRules {
  const listening = hostForUrl(server.host.toLowerCase());
  const hosts = server.allowed_hosts?.map((host) => hostForUrl(host.toLowerCase())) ??
    (isLoopback(server.host) ? [...LOOPBACK_NAMES, listening] : null);
  return { hosts, origins: server.allowed_origins.map((origin) => origin.toLowerCase()) };
}

/** Which header is refused, if any. Over HTTP/2 the host stands in the request's URL only. */
export function refusedHeader(
  rules: OriginRules,
  { headers, url }: Request,
  scheme: "http" | "https",
): "host" | "origin" | undefined {
  const host = (headers.get("host") ?? new URL(url).host).toLowerCase();
  const name = hostName(host);
  if (name === undefined || (rules.hosts !== null && !rules.hosts.includes(name))) return "host";
  const origin = headers.get("origin")?.toLowerCase();
  if (origin === undefined) return undefined;
  return origin === `${scheme}://${host}` || rules.origins.includes(origin) ? undefined : "origin";
}

function hostName(host: string): string | undefined {
  return host.match(/^(\[[0-9a-f:.]+\]|[^:/\s@]+)(:\d{1,5})?$/)?.[1];
}
