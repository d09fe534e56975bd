import type { TokenRecord } from "../../auth/accounts.ts";
import { formatVmidRanges, type TokenLimits } from "../../auth/limits.ts";
import { effectiveScope, scopeOfPermission } from "../../auth/scope.ts";
import { visibleLine } from "../../log/visible.ts";
import { shortTime } from "../table.ts";

const DAY_MS = 86_400_000;

/** When a token expires that is good for so many days. */
export function expiryAfter(days: number, now: Date): Date {
  return new Date(now.getTime() + days * DAY_MS);
}

/** What was done to a token, what it is now, and what its user's role leaves of that. */
export function tokenNotes(
  done: "created" | "rotated" | "updated",
  token: TokenRecord,
): string[] {
  const whose = `${done === "created" ? "for" : "of"} ${token.user.username}`;
  const expiry = token.expires === null ? "never expires" : `expires ${shortTime(token.expires)}`;
  const place = token.allowedIps === "" ? "from any address" : `only from ${token.allowedIps}`;
  const limits = token.limits === null ? "" : `, limits: ${visibleLine(limitText(token.limits))}`;
  const line = `${done} token ${token.id} "${visibleLine(token.name)}" ${whose}: ` +
    `${token.permission}, ${expiry}, usable ${place}${limits}`;
  const scope = effectiveScope(token);
  if (scope === scopeOfPermission(token.permission)) return [line];
  return [line, `note: the role of ${token.user.username} allows less: its scope is ${scope}`];
}

export function limitText(limits: TokenLimits | null): string {
  if (limits === null) return "none";
  const parts = Object.entries({
    cluster: limits.clusters,
    pool: limits.pools,
    tag: limits.tags,
    vmid: limits.vmids === null ? null : [formatVmidRanges(limits.vmids)],
    node: limits.nodes,
    tool: limits.toolsAllow,
    "not tool": limits.toolsDeny.length === 0 ? null : limits.toolsDeny,
    toolset: limits.toolsets,
  }).flatMap(([kind, names]) => names === null ? [] : [`${kind} ${names.join(",")}`]);
  return [...parts, ...limits.needsApproval ? ["needs approval"] : []].join("; ");
}
