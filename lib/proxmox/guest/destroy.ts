import { AppError } from "../../errors.ts";
import { requireState } from "./checks.ts";
import { type Guest, guestLabel, type GuestType } from "./directory.ts";
import { currentState } from "./power.ts";
import type { Pve } from "../pve.ts";
import type { TaskState } from "../tasks.ts";
import { flag } from "../api/values.ts";
import { readConfig } from "./config.ts";

const DEFAULT_WAIT_SECONDS = 300;
const POLL_MS = 1_000;

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
): Promise<TaskState> {
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
  const { status } = await requireState(pve, guest);
  const runs = status !== "stopped";
  pve.check("is stopped", !runs || input.force, `${label} is ${status}; stop it or give force`);
  if (runs && input.force) {
    const stop = await pve.step(() =>
      pve.post("/nodes/{node}/{type}/{vmid}/status/stop", { node, type, vmid })
    );
    await pve.finished(stop, input);
    if (!pve.dryRun) await untilStopped(pve, guest, input.timeout_seconds ?? DEFAULT_WAIT_SECONDS);
  }
  const upid = await pve.delete("/nodes/{node}/{type}/{vmid}", { node, type, vmid }, {
    purge: input.purge,
    "destroy-unreferenced-disks": true,
  });
  return pve.task(upid, input);
}

/** A guest under HA is stopped some time after the task that asks for it has ended. */
async function untilStopped(pve: Pve, guest: Guest, seconds: number): Promise<void> {
  const started = pve.now().getTime();
  const patienceMs = Math.min(seconds * 1000, pve.patienceMs);
  while ((await currentState(pve, guest)).status !== "stopped") {
    const elapsed = pve.now().getTime() - started;
    if (elapsed >= patienceMs) {
      const waited = Math.round(elapsed / 1000);
      throw new AppError("timeout", `${guestLabel(guest)} has not stopped after ${waited} s`);
    }
    await pve.sleep(POLL_MS);
  }
}
