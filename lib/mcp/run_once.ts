import { Pve } from "../proxmox/pve.ts";
import type { PveCall } from "../proxmox/pve_parts.ts";
import type { AnyTool } from "../tool/tool.ts";
import { forOtherType } from "./advice.ts";
import type { Gate } from "./approval/approvals.ts";
import type { CallRecord } from "./call_record.ts";
import type { CallRequest } from "./call_request.ts";
import type { CallServices } from "./call_services.ts";
import { markOfCaller } from "./callers_proxmox.ts";
import { Others } from "./clusters/others.ts";
import { reachedIn } from "./clusters/reached.ts";
import type { Finished } from "./finished.ts";
import type { Permit } from "./halted.ts";
import { reachOf } from "./reach.ts";
import { told } from "./told.ts";
import { toolContext } from "./tool_context.ts";

/** A call that may be carried out, in one cluster. */
export interface Run extends Omit<CallRequest, "tool"> {
  readonly tool: AnyTool;
  readonly input: Record<string, unknown>;
  readonly action: string;
  readonly dryRun: boolean;
  readonly permit: Permit;
  readonly allow: Extract<Gate, { kind: "run" }>["allow"] | undefined;
  /** The clusters that are asked for the same; default: its own. */
  readonly asked?: readonly string[];
  /** The cluster that the answer says it is of. */
  readonly told: string | undefined;
  /** What the caller must be told besides. */
  readonly warnings: readonly string[];
}

/** What a run keeps for the call's row. */
export type RunRecord = Pick<CallRecord, "announce" | "touched" | "within">;

/** What a run has come to: the tool's own output, and what is answered. */
export interface Ran {
  readonly output: Readonly<Record<PropertyKey, unknown>>;
  readonly finished: Finished;
}

/** So many requests of a call about many clusters run at once in all: each has a connection, which takes room. */
const READS_AT_ONCE = 200;

function readsAtOnceOf(clusters: number): number | undefined {
  return clusters === 1 ? undefined : Math.max(2, Math.floor(READS_AT_ONCE / clusters));
}

/** Runs a tool in one cluster. */
export async function runOnce(
  services: CallServices,
  request: Run,
  record: RunRecord,
): Promise<Ran> {
  const { tool, input, action, cluster, dryRun, permit, allow, warnings } = request;
  const asked = { cluster, tool: tool.name, input };
  const change = dryRun ? undefined : services.identical.of(request.principal, asked);
  const call: PveCall = {
    caller: `token ${request.principal.tokenId}`,
    signal: request.signal,
    mark: markOfCaller(request.principal, request.requestId),
    reach: reachOf(request.principal.limits),
    dryRun,
    onlyReads: tool.hints.readOnlyHint,
    readsAtOnce: readsAtOnceOf(request.asked?.length ?? 1),
    action,
    forOtherType: forOtherType(tool.name),
    progress: request.progress,
    permit,
    announce: async (vmids, beginning) => {
      // A plan that may not be carried out now is not used up.
      if (allow) await permit();
      await allow?.(vmids);
      return await record.announce(vmids, { beginning, halts: permit.halts });
    },
    sharing: change,
    detaches: request.detaches === true,
    begunGuests: request.begunGuests,
  };
  const pve = new Pve(await reachedIn(services, request), call);
  const clusters = new Others(services, { caller: request, call, pve });
  for (const warning of warnings) pve.warn(warning);
  /** Of a plan that was decided. */
  let decided: readonly number[] = [];
  try {
    const plans = services.approvals.deskOf(
      request.principal,
      services.catalog,
      async (vmids, cluster) => {
        decided = vmids;
        record.within(cluster);
        await record.announce(vmids);
      },
    );
    const context = toolContext(services, { ...request, pve, clusters, plans, tool: tool.name });
    const work = () => tool.run(input, context);
    const output = await (change ? change.run(pve, input, work) : work());
    if (pve.refused) throw pve.refused;
    const { told: name } = request;
    const done = { tool, output, action, cluster: name };
    const concluded = await request.conclude?.(pve, done);
    if (concluded) return { output, finished: concluded };
    const finished = await services.finish(tool, await told(pve, { tool, output }));
    return { output, finished: name === undefined ? finished : finished.inCluster(name) };
  } catch (error) {
    throw pve.refused ?? error;
  } finally {
    record.touched({ vmids: [...pve.vmids, ...decided], upid: pve.upid });
    clusters.release();
    pve.release();
  }
}
