export interface PostgresEndpoint {
  readonly host: string;
  readonly port: number;
  /** Path of a unix socket; then host and port are not used. */
  readonly socket: string | null;
}

/** Where a `postgres://` URL leads: the host and port of its authority, or the socket of `?host=`. */
export function postgresEndpoint(url: string): PostgresEndpoint {
  const parsed = new URL(url);
  const named = parsed.searchParams.get("host") ?? decodeURIComponent(parsed.hostname);
  const host = named === "" ? "localhost" : named.replace(/^\[(.*)\]$/, "$1");
  const port = Number(parsed.searchParams.get("port") ?? (parsed.port || 5432));
  return { host, port, socket: host.startsWith("/") ? `${host}/.s.PGSQL.${port}` : null };
}
