import { AppError } from "../../errors.ts";
import { flag, number, type Row, text } from "../api/values.ts";
import { readConfig } from "../guest/config.ts";
import { type Guest, guestLabel } from "../guest/directory.ts";
import { disksOf } from "../guest/properties.ts";
import { assertKnown } from "../known.ts";
import type { Pve } from "../pve.ts";
import { readPlacement } from "./ha.ts";

export const HA_STATES = ["started", "stopped", "disabled", "ignored"] as const;

/** What HA shall do with a guest; `enabled`, which Proxmox takes for `started`, is told as that. */
export type HaState = typeof HA_STATES[number];

/** A guest that HA cares for, with Proxmox's defaults filled in. */
export type HaResource = {
  readonly state: HaState;
  readonly max_restart: number;
  readonly max_relocate: number;
  readonly comment: string;
  /** On Proxmox VE 8; empty where it has none. */
  readonly group: string;
};

export interface KnownResource {
  readonly sid: string;
  readonly digest: string | undefined;
  readonly resource: HaResource;
  /** Whether HA brings it back to a better node; since Proxmox VE 9. */
  readonly failback: boolean;
}

/** A guest as HA names it: `vm:101`. */
export function sidOf({ type, vmid }: Pick<Guest, "type" | "vmid">): string {
  return `${type === "qemu" ? "vm" : "ct"}:${vmid}`;
}

/** The vmid in `vm:101`. */
export function vmidOf(sid: string): number {
  return Number(sid.slice(sid.indexOf(":") + 1));
}

/** The guests that HA cares for. */
export async function readResources(pve: Pve): Promise<KnownResource[]> {
  const rows: Row[] = await pve.list("/cluster/ha/resources");
  return rows.map((row) => ({
    sid: String(row.sid),
    digest: text(row.digest),
    failback: row.failback === undefined || flag(row.failback),
    resource: {
      state: HA_STATES.find((state) => state === row.state) ?? "started",
      max_restart: number(row.max_restart) ?? 1,
      max_relocate: number(row.max_relocate) ?? 1,
      comment: text(row.comment) ?? "",
      group: text(row.group) ?? "",
    },
  }));
}

/**
 * What HA does with a guest.
 *
 * @throws AppError `not_found` naming the guests in reach that it cares for
 */
export async function requireResource(pve: Pve, guest: Guest): Promise<KnownResource> {
  const sid = sidOf(guest);
  const [all, includes] = await Promise.all([readResources(pve), pve.includes()]);
  const known = all.find((each) => each.sid === sid);
  if (known !== undefined) return known;
  const others = all.map((each) => each.sid).filter((each) => includes(vmidOf(each), "")).sort();
  const there = others.length === 0 ? "nor any other" : `only ${others.join(", ")}`;
  throw new AppError(
    "not_found",
    `HA does not care for ${guestLabel(guest)}, ${there}; ${pve.advice.ha}`,
  );
}

/**
 * Refuses a group that there is not.
 *
 * @throws AppError `not_found`, `invalid` where there are no groups any more
 */
export async function requireGroup(pve: Pve, group: string | undefined): Promise<void> {
  if (group === undefined || group === "") return;
  const { kind, rows } = await readPlacement(pve);
  if (kind === "rules") {
    throw new AppError(
      "invalid",
      "this Proxmox VE has HA rules in place of groups: leave out group",
    );
  }
  assertKnown(group, { what: "HA group", known: rows.map((row) => String(row.group)) });
}

/** What HA does at once in a guest's wanted state, and what it cannot do for it; for the caller. */
export async function foretell(
  pve: Pve,
  guest: Guest,
  { state, running }: { state: HaState; running: boolean | undefined },
): Promise<string[]> {
  const notes: string[] = [];
  if (state === "started" && running === false) notes.push("HA starts it now");
  if ((state === "stopped" || state === "disabled") && running) notes.push("HA shuts it down now");
  if (state === "ignored") notes.push("HA leaves it alone, also when its node fails");
  if (state === "started") notes.push(...await aloneOnItsNode(pve, guest));
  for (const note of notes) pve.foresee(note);
  return notes;
}

/** Disks on a node's own storage cannot be had elsewhere once that node is gone. */
async function aloneOnItsNode(pve: Pve, guest: Guest): Promise<string[]> {
  const [config, resources] = await Promise.all([readConfig(pve, guest), pve.resources()]);
  const own = new Set(
    resources.filter((row) => row.type === "storage" && !flag(row.shared)).map((row) =>
      row.storage
    ),
  );
  const storages = disksOf(config).map(({ volid }) => volid.slice(0, volid.indexOf(":")))
    .filter((storage) => own.has(storage));
  const named = [...new Set(storages)].join(", ");
  return named === ""
    ? []
    : [`its disks are on its node's own storage (${named}): only a replica can start elsewhere`];
}
