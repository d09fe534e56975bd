import type { Config } from "../../config/config.ts";
import { redactText } from "../../log/redact.ts";
import { changedScopes } from "../../mcp/tools.ts";
import { isTraced } from "../../tracing.ts";
import type { BackupServerProbe, ProxmoxProbe } from "./probe.ts";
import type { RunOptions } from "./run_server.ts";
import type { Running } from "./ways.ts";

/** Prints what an operator wants to know of a server that has just started. */
export function announce(
  { context: { io, version }, lock }: RunOptions,
  { config, server, proxmox, backups }: {
    config: Config;
    server: Running;
    proxmox: ProxmoxProbe;
    backups: readonly BackupServerProbe[];
  },
): void {
  const { lowered, raised } = changedScopes(config.tools);
  const auth = config.no_auth ? " (NO AUTHENTICATION: --no-auth)" : "";
  const lines: [string, string][] = Object.entries({
    address: `${server.place}${auth}`,
    lock: lock(config),
    store: redactText(config.database.url),
    proxmox: `${config.proxmox.hosts.join(", ")} port ${config.proxmox.port}: ${proxmox.message}`,
    ...signInLine(config),
    ...(isTraced() ? { traces: "sent where the OTEL_ variables say, outside of the lock" } : {}),
    tools: [String(server.toolCount), ...lowered, ...raised].join("; "),
  });
  const belowProxmox = lines.findIndex(([name]) => name === "proxmox") + 1;
  const told = backups.map(({ place, message }): [string, string] => [
    "backups",
    `${place}: ${message}`,
  ]);
  io.err(`proxmox-mcp ${version}`);
  for (const [name, text] of lines.toSpliced(belowProxmox, 0, ...told)) {
    io.err(`  ${name.padEnd(8)} ${text}`);
  }
}

/** By whom people sign in, where they can. */
function signInLine({ server: { oauth } }: Config): Record<string, string> {
  if (oauth === null) return {};
  return { "sign-in": oauth.issuer === null ? "on this server's own pages" : `by ${oauth.issuer}` };
}
