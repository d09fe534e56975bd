import * as z from "zod";
import { AppError, toAppError } from "../lib/errors.ts";
import { guestFacts } from "../lib/proxmox/guest/about.ts";
import { freeForm, taskResult, waiting } from "../lib/tool/fields.ts";
import { record } from "../lib/proxmox/api/values.ts";
import { checkCall, type CheckedCall, presentable } from "../lib/proxmox/apidoc/call.ts";
import { differenceLines, readDifferences } from "../lib/proxmox/apidoc/differences.ts";
import { readSettings } from "../lib/proxmox/guest/pending.ts";
import { withWritten } from "../lib/proxmox/guest/written.ts";
import type { Pve } from "../lib/proxmox/pve.ts";
import {
  type BackupApi,
  backupApiOf,
  dangersOf,
  isOfBackupServer,
  noteConcerned,
  PRODUCT_FIELDS,
  productInput,
  strictParams,
} from "../lib/tool/backup_api.ts";
import { readToldOf } from "../lib/tool/own_backups.ts";
import { type About, defineTool, DESTROYS, type ToolContext } from "../lib/tool/tool.ts";

export default defineTool({
  name: "change_api",
  title: "Change by the Proxmox API",
  description:
    "Calls any changing API method, checked against Proxmox's own description; see describe_api.",
  scope: "admin",
  toolsets: ["api"],
  hints: DESTROYS,
  subject: "cluster",
  privileges: [],
  withBackupServers: PRODUCT_FIELDS,
  besidesClusters: isOfBackupServer,
  input: z.strictObject({
    method: z.enum(["POST", "PUT", "DELETE"]),
    path: z.string().max(500).describe("/nodes/pve1/qemu/100/config"),
    params: freeForm.default({}),
    ...productInput,
    ...waiting,
  }),
  output: z.object({
    ...taskResult,
    changes: z.record(z.string(), z.unknown()).optional(),
    data: z.unknown().optional(),
    cut: z.boolean().optional(),
  }),
  action: ({ method, path }) => `${method} ${path}`,
  about: async (input, context) => {
    const api = backupApiOf(context, input);
    if (api === undefined) return describeCall(context, input);
    return { lines: dangersOf(await checkCall(api, input)), version: "" };
  },
  run: async ({ method, path, params, ...input }, context) => {
    const { pve } = context;
    const api = backupApiOf(context, input);
    if (api !== undefined) return await changeBackups(api, { method, path, params, input, pve });
    const call = await checkCall(pve, { method, path, params });
    if (call.vmid !== undefined && !pve.dryRun) await pve.hold(call.vmid);
    const { changes, digest, notes } = await readDifferences(pve, call, params);
    Object.assign(pve.plan.changes, changes);
    for (const note of notes) pve.foresee(note);
    const data = await send(pve, call, { digest, ...params });
    const isTask = typeof data === "string" && data.startsWith("UPID:");
    return {
      ...(isTask ? await pve.task(data, input) : presentable(data)),
      ...(Object.keys(changes).length > 0 ? { changes: record(presentable(changes).data) } : {}),
      ...(notes.length > 0 ? { notes: [...notes] } : {}),
    };
  },
});

interface Change {
  readonly method: "POST" | "PUT" | "DELETE";
  readonly path: string;
  readonly params: Record<string, unknown>;
}

/** The same on a backup server. */
async function changeBackups(
  api: BackupApi,
  { method, path, params, input, pve }: Change & {
    input: { wait: boolean; timeout_seconds: number };
    pve: Pve;
  },
) {
  const call = await checkCall(api, { method, path, params });
  for (const danger of dangersOf(call)) pve.foresee(danger);
  await noteConcerned(api, call, { params, pve });
  const data = await api.pbs.call(method, call.path, strictParams(call, params));
  const isTask = typeof data === "string" && data.startsWith("UPID:");
  if (!isTask) return presentable(data);
  const { timeout_seconds, wait } = input;
  return await api.pbs.task(data, { wait, timeoutMs: timeout_seconds * 1000 });
}

const A_CONFIG = /^\/nodes\/\{node\}\/(qemu|lxc)\/\{vmid\}\/config$/;

/** Sends it; a guest's configuration can have been written in part when Proxmox refuses. */
async function send(
  pve: Pve,
  { match, method, path, vmid }: CheckedCall,
  params: Record<string, unknown>,
): Promise<unknown> {
  const [, type] = A_CONFIG.exec(match.path) ?? [];
  const { node } = match.values;
  if (type === undefined || node === undefined || vmid === undefined || pve.dryRun) {
    return await pve.call(method.method, path, params);
  }
  const guest = { node, vmid, type: type === "lxc" ? "lxc" as const : "qemu" as const };
  const before = await readSettings(pve, guest).catch(toAppError);
  try {
    return await pve.call(method.method, path, params);
  } catch (error) {
    throw await withWritten(pve, guest, { before, error });
  }
}

const A_GUEST = /^\/nodes\/[^/]+\/(?:qemu|lxc)\/\d+\/?$/;

/** The guest that a call is about; one that would be made with it is not there yet. */
async function describeCall(
  context: ToolContext,
  call: Change,
): Promise<About> {
  const { pve } = context;
  const checked = await checkCall(pve, call);
  const { vmid } = checked;
  const differences = differenceLines(await readDifferences(pve, checked, call.params));
  const told = differences.join("\n");
  if (vmid === undefined) return { lines: differences, version: told };
  const goes = call.method === "DELETE" && A_GUEST.test(call.path);
  try {
    const { lines, version } = await guestFacts(pve, { vmid }, {
      goes: goes ? (vmid) => readToldOf(context, { vmid }) : undefined,
    });
    return { lines: [...lines, ...differences], version };
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== "not_found") throw error;
    return { lines: [`there is no guest ${vmid} yet`], version: "none" };
  }
}
