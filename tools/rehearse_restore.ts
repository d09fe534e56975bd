import * as z from "zod";
import type { Rehearsal } from "../lib/database/rehearsals.ts";
import { joinServers } from "../lib/backups/join.ts";
import { AppError } from "../lib/errors.ts";
import { compact } from "../lib/proxmox/api/values.ts";
import type { Pve } from "../lib/proxmox/pve.ts";
import { TAG } from "../lib/proxmox/rehearsal/copy.ts";
import { cleanUpAll } from "../lib/proxmox/rehearsal/leftover.ts";
import { endText, rehearse, REHEARSING } from "../lib/proxmox/rehearsal/rehearse.ts";
import {
  RESTORING_PRIVILEGED,
  TAGGING,
  USING_BRIDGES,
  USING_MAPPINGS,
} from "../lib/tool/conditions.ts";
import {
  changed,
  dryRun,
  guestReference,
  nodeName,
  storageId,
  volumeId,
} from "../lib/tool/fields.ts";
import { neighboursOf } from "../lib/tool/other_clusters.ts";
import { rehearsalFields, rehearsalRow } from "../lib/tool/rehearsal_row.ts";
import { CHANGES, defineTool, type ToolContext } from "../lib/tool/tool.ts";

const POLL_MS = 1_000;

export default defineTool({
  name: "rehearse_restore",
  title: "Rehearse restore",
  description:
    "Proves a backup: restores it to a copy without network, starts it, asks it, destroys it. Takes minutes.",
  scope: "admin",
  toolsets: ["backups"],
  hints: CHANGES,
  subject: "guest",
  privileges: [
    ["/vms/{vmid}", "VM.Allocate"],
    ["/vms/{vmid}", "VM.Backup"],
    ["/vms/{vmid}", "VM.Config.Network"],
    ["/vms/{vmid}", "VM.Config.Options"],
    ["/vms/{vmid}", "VM.PowerMgmt"],
    ["/storage/{storage}", "Datastore.AllocateSpace"],
  ],
  backupPrivileges: [["/datastore/{store}", "Datastore.Audit"]],
  conditionalPrivileges: [
    USING_BRIDGES,
    {
      ...USING_MAPPINGS,
      when: "for a VM with /dev/hwrng",
    },
    RESTORING_PRIVILEGED,
    {
      ...TAGGING,
      when: `where the datacenter registers the tag ${TAG} or lets no user give it`,
      if: () => true,
    },
    {
      privilege: ["/vms/{vmid}", "VM.GuestAgent.Audit", "VM.Monitor"],
      when: "to ask a VM's guest agent",
      if: () => true,
    },
  ],
  input: z.strictObject({
    vmid: guestReference.describe("The guest that the backup is of; it is not touched"),
    volid: volumeId.optional().describe("Default: its newest good backup"),
    node: nodeName.optional().describe("Default: where the backup is"),
    storage: storageId.optional().describe("Default: the one with most free space"),
    timeout_minutes: z.int().min(1).max(1440).default(120),
    ...dryRun,
  }),
  output: z.object({
    ...z.object(rehearsalFields).partial().shape,
    ...changed,
  }),
  action: ({ vmid }) => `rehearse restoring ${vmid}`,
  run: async (input, context) => {
    const { pbs, pve, rehearsals } = context;
    const vmid = await pve.vmidOf(input.vmid) ?? 0;
    // Which of its backups is the newest good one, their server knows best.
    const clusters = neighboursOf(context);
    const join = input.volid === undefined
      ? await joinServers(pve, pbs, { clusters, vmid })
      : undefined;
    for (const warning of join?.warnings ?? []) {
      pve.warn(warning);
    }
    const begin = (own: Pve, begun: (id: string) => void) =>
      rehearse(own, {
        ...{ ...input, told: join?.told, vmid, minutes: input.timeout_minutes },
        ...{ begunBy: context.caller.user, tokenName: context.caller.tokenName },
      }, { rehearsals, begun });
    if (pve.dryRun) {
      await begin(pve, () => {});
      return {};
    }
    const includes = await pve.includes();
    // Whoever may not know of the guest is not told what others do.
    if (!includes(vmid, "")) await pve.find({ vmid });
    const followed = await follow(context, { vmid, includes, begin });
    if (["failed", "aborted"].includes(followed.result)) {
      throw new AppError("conflict", `${followed.error} (${endText(followed)})`);
    }
    return answerOf(pve, followed);
  },
});

interface Asked {
  readonly vmid: number;
  /** True for a guest that the caller may know of. */
  readonly includes: (vmid: number, node: string) => boolean;
  readonly begin: (own: Pve, begun: (id: string) => void) => Promise<Rehearsal>;
}

/** Begins a rehearsal, or goes on with the one of the same guest, as long as the caller has patience. */
async function follow(
  { background, pve, rehearsals }: ToolContext,
  { vmid, includes, begin }: Asked,
): Promise<Rehearsal> {
  const { promise: begun, resolve } = Promise.withResolvers<string>();
  const work = await background(REHEARSING, async (own) => {
    const left = await cleanUpAll(own, rehearsals);
    if (left.length > 0) {
      const told = pve.reach.everything ? `: ${left.join("; ")}` : "";
      throw new AppError("conflict", `an earlier rehearsal is not cleaned up${told}`);
    }
    return await begin(own, resolve);
  });
  if (work === undefined) return await followOther(pve, rehearsals, { vmid, includes });
  const ended = work.done.then((rehearsal) => rehearsal.id);
  // What goes wrong when nobody waits any more is kept.
  ended.catch(() => {});
  const id = await patiently(pve, Promise.race([begun, ended]), () => Promise.resolve(undefined));
  if (id === undefined) {
    throw new AppError("timeout", `it is being prepared still; ${pve.advice.rehearsals}`);
  }
  await patiently(pve, ended, () => stateOf(rehearsals, id));
  return await requireKept(rehearsals, id);
}

/** Follows what another call, or another instance, has begun. */
async function followOther(
  pve: Pve,
  rehearsals: ToolContext["rehearsals"],
  { vmid, includes }: Omit<Asked, "begin">,
): Promise<Rehearsal> {
  const [open] = await rehearsals.open();
  if (open === undefined || open.vmid !== vmid) {
    const isTold = open !== undefined && includes(open.vmid, open.node);
    const of = isTold ? ` (of guest ${open.vmid}, since ${open.begun.toISOString()})` : "";
    throw new AppError(
      "conflict",
      `another rehearsal is under way${of}; wait for it, ${pve.advice.rehearsals}`,
    );
  }
  pve.warn("an earlier call began this rehearsal: nothing was sent for this one");
  while (pve.patienceMs > 0 && await stateOf(rehearsals, open.id) !== "ended") {
    await pve.sleep(POLL_MS);
  }
  return await requireKept(rehearsals, open.id);
}

/** What the promise gives; undefined when the caller's patience is over before. */
async function patiently<T>(
  pve: Pve,
  promise: Promise<T>,
  stage: () => Promise<string | undefined>,
): Promise<T | undefined> {
  while (pve.patienceMs > 0) {
    const told = await Promise.race([promise, pve.sleep(POLL_MS)]);
    if (told !== undefined) return told;
    pve.progress(`rehearsal: ${await stage() ?? "preparing"}`);
  }
  return undefined;
}

async function stateOf(rehearsals: ToolContext["rehearsals"], id: string): Promise<string> {
  return (await requireKept(rehearsals, id)).state;
}

async function requireKept(rehearsals: ToolContext["rehearsals"], id: string): Promise<Rehearsal> {
  const kept = await rehearsals.find(id);
  if (kept !== undefined) return kept;
  throw new AppError("not_found", "what became of the rehearsal is not kept any more");
}

function answerOf(pve: Pve, rehearsal: Rehearsal) {
  const { ended, result } = rehearsal;
  if (ended === null) {
    const state = result === "" ? "still running" : "the copy is not destroyed yet";
    pve.warn(`${state}: it goes on by itself, ${pve.advice.rehearsals}`);
  }
  return compact(rehearsalRow(rehearsal));
}
