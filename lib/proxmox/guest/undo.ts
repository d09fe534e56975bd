import * as z from "zod";
import type { ConfigResult } from "./configure.ts";
import { type Guest, guestLabel } from "./directory.ts";
import type { Pve } from "../pve.ts";

/** The output of tools that change a configuration. */
export const configOutput = {
  changes: z.record(
    z.string(),
    z.object({ from: z.unknown().optional(), to: z.unknown().optional() }),
  ).optional(),
  pending: z.array(z.string()).optional().describe("In effect at the next start"),
  snapshot: z.string().optional().describe("Taken before the change"),
  undo: z.string().optional(),
};

/**
 * Takes a snapshot before a change and returns its name.
 *
 * @throws AppError `conflict` where the guest's storage cannot take snapshots
 */
export async function snapshotFirst(pve: Pve, guest: Guest): Promise<string> {
  const { node, type, vmid } = guest;
  const { hasFeature } = await pve.get("/nodes/{node}/{type}/{vmid}/feature", guest, {
    feature: "snapshot",
  });
  const able = hasFeature === 1 || hasFeature === true || hasFeature === "1";
  pve.check(
    "its storage can take snapshots",
    able,
    `${guestLabel(guest)} cannot be snapshotted where its disks are; leave snapshot_first out`,
  );
  const stamp = pve.now().toISOString().replace(/[-:]|\..*$/g, "");
  const snapname = `before_${stamp}`;
  const upid = await pve.post("/nodes/{node}/{type}/{vmid}/snapshot", { node, type, vmid }, {
    snapname,
    description: "Taken before a change of the configuration (snapshot_first)",
  });
  await pve.task(upid);
  return snapname;
}

/** Tells how a change of the configuration is taken back. */
export function undoConfig(
  tool: string,
  guest: Guest,
  { changes }: ConfigResult,
  snapshot: string | undefined,
): { snapshot?: string; undo?: string } {
  const undo = Object.entries(changes).map(([key, change]) =>
    "from" in change ? `${key} back to ${JSON.stringify(change.from)}` : `unset ${key}`
  ).join(", ");
  if (undo === "") return snapshot === undefined ? {} : { snapshot };
  const rollback = snapshot === undefined
    ? ""
    : `; or rollback_snapshot to ${snapshot}, which discards what the guest wrote since`;
  return {
    ...(snapshot === undefined ? {} : { snapshot }),
    undo: `${tool} of ${guest.vmid}: ${undo}${rollback}`,
  };
}
