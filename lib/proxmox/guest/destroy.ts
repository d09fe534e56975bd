import { AppError, onFailure } from "../../errors.ts";
import { listed } from "../clip.ts";
import { untilStatus } from "./afterwards.ts";
import { requireState } from "./checks.ts";
import { type Guest, guestLabel, type GuestType } from "./directory.ts";
import { haManages, haWillDo } from "./ha_manages.ts";
import { sendStop } from "./stop.ts";
import type { Pve } from "../pve.ts";
import type { TaskState } from "../tasks.ts";
import { flag } from "../api/values.ts";
import { readVolumes } from "../storage/volumes.ts";
import { readConfig } from "./config.ts";

const DISKS = ["images", "rootdir"];

interface DestroyInput {
  readonly vmid: number | string;
  readonly node?: string | undefined;
  /** Stop it first when it runs. */
  readonly force: boolean;
  readonly purge: boolean;
  readonly wait?: boolean | undefined;
  readonly timeout_seconds?: number | undefined;
}

/**
 * Deletes a guest and its disks, once it is stopped.
 *
 * @param options.unprotect how the protection of a guest is removed, for messages
 */
export async function destroyGuest(
  pve: Pve,
  input: DestroyInput,
  { type, unprotect }: { type: GuestType; unprotect: string },
): Promise<TaskState & { guest_status?: string }> {
  const guest = await pve.claim(input, { type });
  pve.about({ ...guest, goes: true });
  const { node, vmid } = guest;
  const label = guestLabel(guest);
  const config = await readConfig(pve, guest);
  pve.check(
    "is not protected",
    !flag(config.protection),
    `${label} is protected (protection: 1); ${unprotect} first`,
  );
  // Its memory goes with a VM that was suspended to disk (`PVE::QemuServer::destroy_vm`).
  const state = await requireState(pve, guest, { despite: "suspended" });
  pve.check(
    "leaves HA",
    input.purge || !haManages(state),
    `${label} is managed by HA; leave purge out to remove it from there too`,
  );
  const runs = state.status !== "stopped";
  pve.check(
    "is stopped",
    !runs || input.force,
    `${label} is ${state.status}; stop it or give force`,
  );
  if (runs && input.force) {
    const stop = await pve.step(() => sendStop(pve, guest, { byHa: haWillDo(pve, guest, state) }));
    await pve.finished(stop, input);
    if (!pve.dryRun) await assertStops(pve, guest, input.timeout_seconds);
  }
  try {
    // What no configuration names is left: on a storage that clusters share it may be another cluster's guest.
    const upid = await pve.delete("/nodes/{node}/{type}/{vmid}", { node, type, vmid }, {
      purge: input.purge,
    });
    const task = await pve.task(upid, input);
    if (task.status !== "stopped") return task;
    await tellLeft(pve, guest);
    return { ...task, guest_status: "deleted" };
  } catch (error) {
    if (!runs || !(error instanceof AppError)) throw error;
    throw error.withMessage(`${error.message}; it was stopped for that`);
  }
}

/** Says which disks are still there under the guest's number. It is gone: not knowing that is no failure. */
async function tellLeft(pve: Pve, { node, vmid }: Guest): Promise<void> {
  const { volumes } = await readVolumes(pve, { node, vmid })
    .catch(onFailure(() => ({ volumes: [] })));
  const left = volumes.filter(({ content }) => DISKS.includes(content ?? ""))
    .map(({ volid }) => volid);
  if (left.length === 0) return;
  pve.warn(
    `there still, since its configuration did not name them or another cluster's guest ${vmid} has them: ` +
      `${listed(left)}; ${pve.advice.volumes}`,
  );
}

/** A guest under HA is stopped some time after the task that asks for it has ended. */
async function assertStops(pve: Pve, guest: Guest, seconds: number | undefined): Promise<void> {
  const asked = `${guestLabel(guest)} was asked to stop`;
  const status = await untilStatus(pve, guest, { wanted: "stopped", seconds }).catch((error) => {
    if (!(error instanceof AppError)) throw error;
    throw error.withMessage(`${asked}, and how it stands is unknown: ${error.message}`);
  });
  if (status === "stopped") return;
  throw new AppError("timeout", `${asked} and is ${status} still`);
}
