import type { Rehearsal, Rehearsals } from "../../database/rehearsals.ts";
import { AppError, messageOf } from "../../errors.ts";
import { isKind } from "../api/errors.ts";
import { type GuestConfig, text } from "../api/values.ts";
import { readConfig } from "../guest/config.ts";
import { guestsIn } from "../guest/directory.ts";
import { currentState } from "../guest/power.ts";
import type { Pve } from "../pve.ts";
import { copyLabel, destroyCopy, FORGOTTEN_MS, isCopyOf, placeOfCopy } from "./copy.ts";

/** A restore that was sent has begun by then, or never will. */
const ARRIVED_MS = 120_000;
const STOPPING_SECONDS = 60;

/**
 * Destroys what a rehearsal has left, and nothing else: only the guest that bears its marks.
 *
 * @param options.settled whether its restore is known to have ended, or not to have begun
 * @returns why the copy may be there still; undefined when it is gone
 */
export async function cleanUp(
  pve: Pve,
  rehearsal: Rehearsal,
  { settled }: { settled: boolean },
): Promise<string | undefined> {
  await stopRestore(pve, rehearsal);
  const found = await findCopy(pve, rehearsal);
  const age = pve.now().getTime() - rehearsal.begun.getTime();
  if (found === undefined) {
    if (settled || rehearsal.upid !== "" || age >= ARRIVED_MS) return undefined;
    return "its restore may be on its way";
  }
  const { config, copy } = found;
  if (!isCopyOf(rehearsal, config)) {
    // What is being restored has none yet; what has none for so long is somebody else's.
    const lock = text(config.lock);
    if (lock === undefined && age >= FORGOTTEN_MS) return undefined;
    const state = lock === undefined ? "" : `is locked (${lock}) and `;
    return `${state}does not bear the rehearsal's marks, so it is not touched`;
  }
  const { status } = await currentState(pve, placeOfCopy(copy));
  await destroyCopy(pve, copy, { runs: status !== "stopped" });
  return undefined;
}

/**
 * Cleans up after all rehearsals that nobody carries on.
 *
 * @returns what is left, one line each
 */
export async function cleanUpAll(pve: Pve, rehearsals: Rehearsals): Promise<string[]> {
  const left: string[] = [];
  for (const rehearsal of await rehearsals.open()) {
    const why = await cleanUp(pve, rehearsal, { settled: false }).catch((error) => {
      if (error instanceof AppError && !pve.signal.aborted) return messageOf(error);
      throw error;
    });
    const interrupted = rehearsal.result === "" ? "the server ended before it was done" : "";
    const error = rehearsal.error || interrupted;
    const result = rehearsal.result || "aborted";
    if (why === undefined) {
      await rehearsals.keep({ ...rehearsal, state: "ended", result, error, ended: pve.now() });
    } else {
      left.push(`${copyLabel(rehearsal)}, a copy of ${rehearsal.vmid}: ${why}`);
    }
  }
  return left;
}

/** Ends a restore that still runs: its guest is locked until then. */
async function stopRestore(pve: Pve, { node, upid }: Rehearsal): Promise<void> {
  if (upid === "") return;
  const task = { node, upid };
  const { status } = await pve.get("/nodes/{node}/tasks/{upid}/status", task).catch((error) => {
    if (isKind(error, "missing", "invalid_parameters")) return { status: "stopped" };
    throw error;
  });
  if (status !== "running") return;
  await pve.delete("/nodes/{node}/tasks/{upid}", task);
  await pve.finished(upid, { timeout_seconds: STOPPING_SECONDS }).catch((error) => {
    // Its end is a failure: it was stopped.
    if (!(error instanceof AppError) || error.code === "timeout") throw error;
  });
}

/** The guest with the copy's vmid, wherever it is now. */
async function findCopy(
  pve: Pve,
  rehearsal: Rehearsal,
): Promise<{ config: GuestConfig; copy: Rehearsal } | undefined> {
  const config = await configOf(pve, rehearsal);
  if (config) return { config, copy: rehearsal };
  const moved = guestsIn(await pve.resources()).find(({ vmid }) => vmid === rehearsal.copyVmid);
  if (moved === undefined || moved.type !== rehearsal.type) return undefined;
  const copy = { ...rehearsal, node: moved.node };
  const there = await configOf(pve, copy);
  return there && { config: there, copy };
}

async function configOf(pve: Pve, rehearsal: Rehearsal): Promise<GuestConfig | undefined> {
  try {
    return await readConfig(pve, placeOfCopy(rehearsal));
  } catch (error) {
    if (isKind(error, "missing")) return undefined;
    throw error;
  }
}
