import type { Rehearsal } from "../../database/rehearsals.ts";
import { AppError } from "../../errors.ts";
import type { ParamsOf } from "../api/types.ts";
import { flag, hasTag, tagList, text } from "../api/values.ts";
import { readConfig } from "../guest/config.ts";
import { guestLabel } from "../guest/directory.ts";
import { currentState } from "../guest/power.ts";
import type { Pve } from "../pve.ts";
import { foreignDisks, hazardsIn, pluggedIn, unplugged } from "./hazards.ts";

const CONFIG = "/nodes/{node}/{type}/{vmid}/config";

type Change = ParamsOf<typeof CONFIG, "PUT">;
type Config = Readonly<Record<string, unknown>>;

/** Which guest the copy is. */
export type Copy = Pick<Rehearsal, "copyVmid" | "node" | "type">;

/** The tag of every copy. */
export const TAG = "rehearsal";

/** After so long nobody needs a copy that is there still. */
export const FORGOTTEN_MS = 24 * 60 * 60_000;

const STOP_SECONDS = 120;
const DESTROY_SECONDS = 900;

/** The copy's place in the API. */
export function placeOfCopy({ copyVmid, node, type }: Copy) {
  return { vmid: copyVmid, node, type };
}

export function copyLabel(copy: Copy): string {
  return `${guestLabel(placeOfCopy(copy))} on node ${copy.node}`;
}

/** The settings that a copy is restored with, and by which it is known again. */
export function marksOf({ id, type, vmid, volid }: Rehearsal, until: string) {
  const name = `rehearsal-${vmid}`;
  return {
    ...(type === "qemu" ? { name } : { hostname: name }),
    tags: TAG,
    description: [
      `Copy of ${guestLabel({ type, vmid })}, made to prove that ${volid} restores.`,
      `Its network is cut off, and proxmox-mcp destroys it by itself. If it is still here after ${until}, it may be destroyed.`,
      markOf(id),
    ].join("\n"),
    onboot: false,
    protection: false,
  };
}

function markOf(id: string): string {
  return `rehearsal ${id}`;
}

/** True for the very guest that this rehearsal made: by its name, its tag and the rehearsal's id in its notes. */
export function isCopyOf({ id, type, vmid }: Rehearsal, config: Config): boolean {
  const notes = (text(config.description) ?? "").split("\n");
  const name = type === "qemu" ? config.name : config.hostname;
  return name === `rehearsal-${vmid}` && hasTag(tagList(config.tags), TAG) &&
    notes.includes(markOf(id));
}

/**
 * Cuts the copy off and makes sure of it: nothing but its own disks and no network before it is started.
 *
 * @throws AppError `conflict` for a copy that is not safe to start
 */
export async function cutOff(pve: Pve, rehearsal: Rehearsal, marks: Change): Promise<void> {
  const place = placeOfCopy(rehearsal);
  const restored = await readConfig(pve, place);
  const isMarked = isCopyOf(rehearsal, restored) && !flag(restored.onboot) &&
    !flag(restored.protection);
  const change = { ...unplugged(restored), ...(isMarked ? {} : marks) };
  await unplug(pve, rehearsal, change);
  const config = await readConfig(pve, place);
  const { row } = await currentState(pve, place);
  const managed = (row.ha as { managed?: unknown } | undefined)?.managed;
  const faults = [
    ...(isCopyOf(rehearsal, config) ? [] : ["it does not bear the marks of the rehearsal"]),
    ...pluggedIn(config).map((key) => `${key} is still connected`),
    ...foreignDisks(config, rehearsal.copyVmid).map((disk) => `${disk} is not its own`),
    ...hazardsIn(config),
    ...(managed ? ["HA manages it"] : []),
  ];
  if (faults.length === 0) return;
  throw new AppError("conflict", `the copy is not started: ${faults.join("; ")}`);
}

/** Pulls the plugs of a copy's network cards; with none there is nothing to send. */
export async function unplug(pve: Pve, copy: Copy, change: Change): Promise<void> {
  if (Object.keys(change).length === 0) return;
  await pve.put(CONFIG, placeOfCopy(copy), change);
}

/** Stops the copy when it runs, and destroys it with its own disks: nothing that others may have left. */
export async function destroyCopy(
  pve: Pve,
  copy: Copy,
  { runs }: { runs: boolean },
): Promise<void> {
  const place = placeOfCopy(copy);
  if (runs) {
    const stop = await pve.post("/nodes/{node}/{type}/{vmid}/status/stop", place);
    await pve.finished(stop, { timeout_seconds: STOP_SECONDS });
  }
  const upid = await pve.delete("/nodes/{node}/{type}/{vmid}", place);
  await pve.finished(upid, { timeout_seconds: DESTROY_SECONDS });
}
