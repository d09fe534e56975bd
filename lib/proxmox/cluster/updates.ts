import { AppError } from "../../errors.ts";
import { compact, text, time } from "../api/values.ts";
import { clip } from "../clip.ts";
import type { Pve } from "../pve.ts";
import { succeeded } from "../tasks.ts";
import { lacks } from "../unseen.ts";
import { taskOf } from "./task_list.ts";

/** As Debian numbers what comes for a release after it: nearly all of that is for security. */
const STABLE_UPDATE = /[+~]deb\d+u\d+/;

/** Whether an update is for security; Proxmox does not mark its own packages' as such. */
export function isForSecurity(row: { readonly Origin?: unknown; readonly Version?: unknown }) {
  const origin = text(row.Origin) ?? "";
  return /security/i.test(origin) ||
    (origin === "Debian" && STABLE_UPDATE.test(text(row.Version) ?? ""));
}

/** Whether an update comes from Proxmox itself. */
export function isByProxmox(row: { readonly Origin?: unknown }): boolean {
  return /proxmox/i.test(text(row.Origin) ?? "");
}

/** A node's newest reading of its package lists. */
export interface Refresh {
  /** RFC 3339. */
  readonly at: string;
  /** Why it failed, as with a repository that asks for a subscription: then the lists are the old ones. */
  readonly failed?: string;
}

/**
 * Proxmox tells no age of its lists: this goes by the node's tasks. Undefined where these do not tell it, as for
 * who does not see the node's own, by which it is refreshed daily.
 */
export async function lastRefresh(pve: Pve, node: string): Promise<Refresh | undefined> {
  if (await lacks(pve, { path: `/nodes/${node}`, anyOf: ["Sys.Audit"] })) return undefined;
  const newest = { typefilter: "aptupdate", source: "archive", limit: 1 } as const;
  try {
    const { rows: [row] } = await pve.page("/nodes/{node}/tasks", { node }, newest);
    const { started, status = "unknown" } = row ? taskOf(row, node) : {};
    const at = time(started);
    if (at === undefined) return undefined;
    return compact({ at, failed: succeeded(status) ? undefined : clip(status) });
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    pve.warn(`when node ${node} was refreshed is unknown: ${clip(error.message)}`);
    return undefined;
  }
}
