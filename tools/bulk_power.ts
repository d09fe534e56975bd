import * as z from "zod";
import { nameOf } from "../lib/proxmox/guest/about.ts";
import { AppError } from "../lib/errors.ts";
import { compact, hasTag } from "../lib/proxmox/api/values.ts";
import { forEachBounded } from "../lib/proxmox/fan_out.ts";
import { type Guest, guestLabel, guestOf } from "../lib/proxmox/guest/directory.ts";
import { haWillDo } from "../lib/proxmox/guest/ha_manages.ts";
import { afterwards } from "../lib/proxmox/guest/afterwards.ts";
import { lockedText } from "../lib/proxmox/guest/locked.ts";
import { sendShutdown } from "../lib/proxmox/guest/shutdown.ts";
import { sendStop } from "../lib/proxmox/guest/stop.ts";
import { currentState, mayChange, type PowerTask, powerTasks } from "../lib/proxmox/guest/power.ts";
import { assertKnown, nodesIn, poolsIn, tagsIn } from "../lib/proxmox/known.ts";
import type { Pve } from "../lib/proxmox/pve.ts";
import { SEEING_POOLS } from "../lib/tool/conditions.ts";
import { changed, guestReference, nodeName, ONLY_PREVIEW, waiting } from "../lib/tool/fields.ts";
import { defineTool, DESTROYS } from "../lib/tool/tool.ts";

const MAX_GUESTS = 100;

const input = z.strictObject({
  action: z.enum(["start", "shutdown", "stop"]),
  vmids: z.array(guestReference).min(1).max(MAX_GUESTS).optional(),
  tag: z.string().min(1).optional(),
  pool: z.string().min(1).optional(),
  node: nodeName.optional(),
  ...waiting,
  dry_run: z.boolean().default(true),
}).refine(
  ({ vmids, tag, pool, node }) => (vmids === undefined) !== ((tag ?? pool ?? node) === undefined),
  "give either vmids, or one or more of tag, pool and node",
);

/** What became of one guest. */
const row = z.object({
  vmid: z.union([z.number(), z.string()]),
  name: z.string(),
  result: z.string().describe("done, started, skipped or failed"),
  detail: z.string(),
  upid: z.string(),
}).partial();

type Input = z.output<typeof input>;
type Row = z.output<typeof row>;

export default defineTool({
  name: "bulk_power",
  title: "Power of many guests",
  description:
    "Starts, shuts down or stops up to 100 guests, chosen by list, or tag, pool and node. Only previews unless dry_run is false.",
  scope: "admin",
  toolsets: ["guests", "core"],
  hints: DESTROYS,
  subject: "guest",
  privileges: [["/vms/{vmid}", "VM.PowerMgmt"]],
  conditionalPrivileges: [{
    ...SEEING_POOLS,
    when: "with pool",
    if: ({ pool }) => pool !== undefined,
  }],
  input,
  output: z.object({
    ...changed,
    guests: z.array(row).optional(),
    failed: z.number().optional(),
  }),
  action: ({ action }) => `${action === "shutdown" ? "shut down" : action} the guests`,
  about: async (input, { pve }) => {
    const chosen = await selectGuests(pve, input);
    const known = (await pve.resources()).map(guestOf).filter((guest) => guest !== undefined);
    const lines = chosen.map((given) => {
      const guest = known.find(({ vmid, name }) => vmid === given || name === given);
      return guest
        ? `${nameOf(guest)} on node ${guest.node}, ${guest.status}`
        : `guest ${given}, which is not there`;
    });
    return { lines, version: chosen.join() };
  },
  run: async (input, { pve }) => {
    const guests = await changePowerOfMany(pve, input);
    if (pve.dryRun) pve.foresee(ONLY_PREVIEW);
    return { guests, failed: guests.filter((guest) => guest.result === "failed").length };
  },
});

/** The guests that are meant, templates left out, sorted by vmid; those given by id as they are given. */
async function selectGuests(
  pve: Pve,
  { vmids, tag, pool, node }: Input,
): Promise<(number | string)[]> {
  const resources = vmids === undefined ? await pve.resources() : [];
  const chosen = vmids ?? resources.map(guestOf)
    .filter((guest) => guest !== undefined)
    .filter((guest) => !guest.template && (tag === undefined || hasTag(guest.tags, tag)))
    .filter((guest) => pool === undefined || guest.pool === pool)
    .filter((guest) => node === undefined || guest.node === node)
    .map((guest) => guest.vmid).sort((a, b) => a - b);
  if (chosen.length === 0) {
    assertKnown(pool, { what: "pool", known: poolsIn(resources) });
    assertKnown(tag, { what: "tag", known: tagsIn(resources) });
    assertKnown(node, { what: "node", known: nodesIn(resources) });
    throw new AppError("not_found", "no guest fits; see find_guests");
  }
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
async function changePowerOfMany(pve: Pve, input: Input): Promise<Row[]> {
  const chosen = await selectGuests(pve, input);
  const underWay = await powerTasks(pve);
  const ends = pve.now().getTime() + input.timeout_seconds * 1000;
  const codes = new Set<AppError["code"]>();
  const results = await forEachBounded(chosen, async (vmid): Promise<Row> => {
    try {
      return await changePowerOfOne(pve, vmid, { ...input, underWay, ends });
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      codes.add(error.code);
      if (pve.dryRun) pve.check(`guest ${vmid}`, false, error.message);
      return { vmid, result: "failed", detail: error.message };
    }
  });
  if (results.some((row) => row.result !== "failed")) return results;
  const reasons = results.slice(0, 10).map((row) => `${row.vmid}: ${row.detail}`).join("; ");
  const [code = "conflict", ...others] = codes;
  throw new AppError(
    others.length === 0 ? code : "conflict",
    `it failed for all ${results.length} guests (${reasons})`,
  );
}

async function changePowerOfOne(
  pve: Pve,
  reference: number | string,
  { action, wait, underWay, ends }: Input & {
    underWay: ReadonlyMap<number, PowerTask>;
    ends: number;
  },
): Promise<Row> {
  const guest = await pve.claim({ vmid: reference });
  const { vmid } = guest;
  const base = compact({ vmid, name: guest.name });
  const state = await currentState(pve, guest);
  const { status, lock, template } = state;
  const running = underWay.get(vmid);
  const resumes = action === "start" && lock === "suspended";
  const wanted = action === "start" ? "running" : "stopped";
  if (status === wanted && lock === undefined) {
    pve.check(`${guestLabel(guest)} is ${status} already and left alone`, true, "");
    const but = running === undefined ? "" : `, but ${mayChange(pve, guest, running)}`;
    return { ...base, result: "skipped", detail: `is ${status} already${but}` };
  }
  requireReady(pve, guest, { template, lock: resumes ? undefined : lock });
  pve.check(
    `${guestLabel(guest)} is in no state between`,
    action !== "start" || status === "stopped",
    `${guestLabel(guest)} is ${status}`,
  );
  const left = Math.max(1, Math.round((ends - pve.now().getTime()) / 1000));
  // A call that is made again follows what it began before.
  const same = running?.type.endsWith(action) ? running.upid : undefined;
  if (same !== undefined) pve.check(`${guestLabel(guest)}: a ${action} of it runs`, true, "");
  const byHa = haWillDo(pve, guest, state);
  const upid = same ?? await pve.step(() => send(pve, guest, { action, byHa, left }));
  if (pve.dryRun) return { ...base, result: "planned" };
  const task = await pve.task(upid, { wait, timeout_seconds: left });
  const late = byHa
    ? await afterwards(pve, guest, { by: "ha", task, wanted, seconds: left })
    : undefined;
  const ended = task.status === "stopped" && late?.notes === undefined;
  pve.progress(`${guestLabel(guest)}: ${action} ${ended ? "done" : "accepted"}`);
  const [detail] = late?.notes ?? [];
  const result = ended ? "done" : "started";
  return { ...base, result, upid: String(upid), ...(detail === undefined ? {} : { detail }) };
}

function send(
  pve: Pve,
  guest: Guest,
  { action, byHa, left }: { action: Input["action"]; byHa: boolean; left: number },
): Promise<unknown> {
  if (action === "stop") return sendStop(pve, guest, { byHa });
  if (action === "shutdown") return sendShutdown(pve, guest, { byHa, timeout_seconds: left });
  return pve.post("/nodes/{node}/{type}/{vmid}/status/start", guest);
}

function requireReady(
  pve: Pve,
  guest: Guest,
  { template, lock }: { template: boolean; lock: string | undefined },
): void {
  const label = guestLabel(guest);
  pve.check(`${label} is not a template`, !template, `${label} is a template`);
  pve.check(`${label} is not locked`, lock === undefined, lockedText(guest, lock));
}
