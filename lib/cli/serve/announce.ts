import type { Config } from "../../config/config.ts";
import { redactText } from "../../log/redact.ts";
import { changedScopes } from "../../mcp/tools.ts";
import { isTraced } from "../../tracing.ts";
import { lineOf, type Probed } from "./clusters.ts";
import type { BackupServerProbe } from "./probe.ts";
import type { RunOptions } from "./run_server.ts";
import type { Running } from "./ways.ts";

const TRACED = "sent where the OTEL_ variables say, outside of the lock";

/** Prints what an operator wants to know of a server that has just started. */
export function announce(
  { context: { io, version }, lock }: RunOptions,
  { config, server, clusters, backups }: {
    config: Config;
    server: Running;
    clusters: readonly Probed[];
    backups: readonly BackupServerProbe[];
  },
): void {
  const { lowered, raised } = changedScopes(config.tools);
  const auth = config.no_auth ? " (NO AUTHENTICATION: --no-auth)" : "";
  const lines: (readonly [string, string])[] = [
    ["address", `${server.place}${auth}`],
    ["lock", lock(config)],
    ["store", redactText(config.database.url)],
    ...clusters.map((probed) => ["proxmox", lineOf(probed)] as const),
    ...backups.map(({ place, message }) => ["backups", `${place}: ${message}`] as const),
    ...signInLine(config),
    ...(isTraced() ? [["traces", TRACED] as const] : []),
    ["tools", [String(server.toolCount), ...lowered, ...raised].join("; ")],
  ];
  io.err(`proxmox-mcp ${version}`);
  for (const [name, text] of lines) io.err(`  ${name.padEnd(8)} ${text}`);
}

/** By whom people sign in, where they can. */
function signInLine({ server: { oauth } }: Config): (readonly [string, string])[] {
  if (oauth === null) return [];
  return [["sign-in", oauth.issuer === null ? "on this server's own pages" : `by ${oauth.issuer}`]];
}
