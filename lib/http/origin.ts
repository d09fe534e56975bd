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
  public_url: string | null;
}): OriginRules {
  const listening = hostForUrl(server.host.toLowerCase());
  const own = server.public_url === null ? [] : [server.public_url];
  const ownNames = own.map((url) => new URL(url).hostname);
  const hosts = server.allowed_hosts?.map((host) => hostForUrl(host.toLowerCase())) ??
    (isLoopback(server.host) ? [...LOOPBACK_NAMES, listening, ...ownNames] : null);
  return {
    hosts,
    origins: [...server.allowed_origins, ...own].map((origin) => origin.toLowerCase()),
  };
}

/**
 * Which header is refused, if any. A target may name a host of its own, which counts for more than the
 * header (RFC 9112, 3.2.2) and stands alone over HTTP/2.
 */
export function refusedHeader(
  rules: OriginRules,
  { headers, url }: Request,
  scheme: "http" | "https",
): "host" | "origin" | undefined {
  const target = new URL(url).host;
  const host = (headers.get("host") ?? target).toLowerCase();
  if (![host, target].every((each) => isAllowed(each, rules))) return "host";
  const origin = headers.get("origin")?.toLowerCase();
  if (origin === undefined) return undefined;
  return origin === `${scheme}://${host}` || rules.origins.includes(origin) ? undefined : "origin";
}

function isAllowed(host: string, { hosts }: OriginRules): boolean {
  const name = hostName(host);
  return name !== undefined && (hosts === null || hosts.includes(name));
}

function hostName(host: string): string | undefined {
  return host.match(/^(\[[0-9a-f:.]+\]|[^:/\s@]+)(:\d{1,5})?$/)?.[1];
}
