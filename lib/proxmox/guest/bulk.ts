import { AppError } from "../../errors.ts";
import { forEachBounded } from "../fan_out.ts";
import { type Guest, guestLabel, guestOf } from "./directory.ts";
import { currentState, haNotes } from "./power.ts";
import type { Pve } from "../pve.ts";
import { compact } from "../api/values.ts";

export type BulkAction = "start" | "shutdown" | "stop";

export interface BulkInput {
  readonly action: BulkAction;
  readonly vmids?: readonly (number | string)[] | undefined;
  readonly tag?: string | undefined;
  readonly pool?: string | undefined;
  readonly wait: boolean;
  readonly timeout_seconds: number;
}

/** What became of one guest. */
export interface BulkResult {
  readonly vmid: number | string;
  readonly name?: string;
  readonly result: "done" | "started" | "skipped" | "failed" | "planned";
  readonly detail?: string;
  readonly upid?: string;
}

const MAX_GUESTS = 100;

/** The guests that are meant, templates left out, sorted by vmid; those given by id as they are given. */
export async function selectGuests(
  pve: Pve,
  { vmids, tag, pool }: BulkInput,
): Promise<(number | string)[]> {
  const chosen = vmids ?? (await pve.resources()).map(guestOf)
    .filter((guest) => guest !== undefined)
    .filter((guest) => !guest.template && (tag === undefined || guest.tags.includes(tag)))
    .filter((guest) => pool === undefined || guest.pool === pool)
    .map((guest) => guest.vmid).sort((a, b) => a - b);
  if (chosen.length === 0) throw new AppError("not_found", "no guest fits; see find_guests");
  if (chosen.length > MAX_GUESTS) {
    throw new AppError("invalid", `${chosen.length} guests fit; at most ${MAX_GUESTS} at once`);
  }
  return [...new Set(chosen)];
}

/**
 * Changes the power state of each guest, at most eight at a time. One guest's failure stops no other.
 *
 * @throws AppError when it worked for none
 */
export async function changePowerOfMany(pve: Pve, input: BulkInput): Promise<BulkResult[]> {
  const chosen = await selectGuests(pve, input);
  const ends = pve.now().getTime() + input.timeout_seconds * 1000;
  const results = await forEachBounded(chosen, async (vmid): Promise<BulkResult> => {
    try {
      return await changePowerOfOne(pve, vmid, { ...input, ends });
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      if (pve.dryRun) pve.check(`guest ${vmid}`, false, error.message);
      return { vmid, result: "failed", detail: error.message };
    }
  });
  if (results.some((row) => row.result !== "failed")) return results;
  const reasons = results.slice(0, 10).map((row) => `${row.vmid}: ${row.detail}`).join("; ");
  throw new AppError("conflict", `it failed for all ${results.length} guests (${reasons})`);
}

async function changePowerOfOne(
  pve: Pve,
  reference: number | string,
  { action, wait, ends }: BulkInput & { ends: number },
): Promise<BulkResult> {
  const guest = await pve.claim({ vmid: reference });
  const { vmid } = guest;
  const base = compact({ vmid, name: guest.name });
  const state = await currentState(pve, guest);
  const { status, lock, template } = state;
  if ((status === "stopped") === (action !== "start") && lock === undefined) {
    pve.check(`${guestLabel(guest)} is ${status} already and left alone`, true, "");
    return { ...base, result: "skipped", detail: `is ${status} already` };
  }
  requireReady(pve, guest, { template, lock });
  const left = Math.max(1, Math.round((ends - pve.now().getTime()) / 1000));
  const upid = action === "shutdown"
    ? await pve.post("/nodes/{node}/{type}/{vmid}/status/shutdown", guest, { timeout: left })
    : await pve.post(`/nodes/{node}/{type}/{vmid}/status/${action}`, guest);
  if (pve.dryRun) return { ...base, result: "planned" };
  await pve.task(upid, { wait, timeout_seconds: left });
  pve.progress(`${guestLabel(guest)}: ${action} ${wait ? "done" : "accepted"}`);
  const [detail] = haNotes(pve, state).notes ?? [];
  const result = wait ? "done" : "started";
  return { ...base, result, upid: String(upid), ...(detail === undefined ? {} : { detail }) };
}

function requireReady(
  pve: Pve,
  guest: Guest,
  { template, lock }: { template: boolean; lock: string | undefined },
): void {
  const label = guestLabel(guest);
  pve.check(`${label} is not a template`, !template, `${label} is a template`);
  pve.check(`${label} is not locked`, lock === undefined, `${label} is locked (${lock})`);
}
