import { AppError } from "../errors.ts";
import { isSecretKey, REDACTED } from "../log/redact.ts";
import { scrubbed } from "../upstream/request.ts";
import type { Params } from "./api/client.ts";
import type { Guest } from "./guest/directory.ts";

/** What a caller may touch; the pipeline derives it from the token. */
export interface Reach {
  guest(guest: Pick<Guest, "vmid" | "node" | "pool" | "tags">): boolean;
  /** May do and know what concerns the node as a whole and whatever guests are on it. */
  node(name: string): boolean;
  /** May know of the node and of the storages on it. */
  sees(name: string): boolean;
  /** True when nothing is out of reach. */
  readonly everything: boolean;
  /** True when no other cluster is out of reach either: what several share is in reach as a whole. */
  readonly everywhere: boolean;
}

/** A request that a dry run would have sent. */
export interface PlannedRequest {
  /** Where it is another one than the call's. */
  readonly cluster?: string;
  readonly method: "POST" | "PUT" | "DELETE";
  readonly path: string;
  readonly body?: Params;
}

/** A change of another server, before its parameters are hidden. */
export interface PlannedElsewhere {
  readonly method: PlannedRequest["method"];
  /** With the server's name before it: `pbs1:/admin/datastore/store1/prune`. */
  readonly path: string;
  readonly params: Params;
  /** The guests that it concerns. */
  readonly vmids: readonly number[];
}

/** A precondition and whether it holds. */
interface Check {
  readonly check: string;
  readonly ok: boolean;
  readonly detail?: string;
}

/** How a configuration value would change; absent means unset. */
export interface Change {
  readonly from?: unknown;
  readonly to?: unknown;
}

/** What a dry run found out. */
export interface Plan {
  readonly requests: PlannedRequest[];
  readonly checks: Check[];
  readonly changes: Record<string, Change>;
  /** What else would come of it. */
  notes?: string[];
}

/** A copy whose passwords and the like are hidden: plans are shown, stored and logged. */
export function redactedParams(params: Params): Params {
  return Object.fromEntries(
    Object.entries(params).filter(([, value]) => value !== undefined)
      .map(([key, value]) => [key, isSecretKey(key) ? REDACTED : value]),
  );
}

/** True for what stands for a secret that was hidden when it was read. */
export function isMasked(value: unknown): boolean {
  return typeof value === "string" && value.includes(REDACTED);
}

/**
 * Refuses to write back what was hidden when it was read: that would replace the secret by its mask.
 *
 * @throws AppError `invalid` naming the setting
 */
export function assertUnmasked(params: Readonly<Record<string, unknown>>): void {
  for (const [key, value] of Object.entries(params)) {
    if (!isMasked(value)) continue;
    throw new AppError(
      "invalid",
      `${key} holds ${REDACTED}, which stands for a secret that was hidden when it was read`,
    );
  }
}

/** The same error without the passwords that were sent, in case Proxmox repeats a value it refuses. */
export function withoutSecrets(error: unknown, params: Params): unknown {
  const secrets = Object.entries(params).filter(([key]) => isSecretKey(key))
    .map(([, value]) => String(value)).filter((secret) => secret !== "");
  return scrubbed(error, secrets);
}
