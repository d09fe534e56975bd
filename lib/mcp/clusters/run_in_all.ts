import { clip } from "../../proxmox/clip.ts";
import { type AppError, oneLine } from "../../errors.ts";
import type { Order } from "../../proxmox/list.ts";
import type { CallServices } from "../call_services.ts";
import { bounded, Finished } from "../finished.ts";
import { type Ran, type Run, runOnce, type RunRecord } from "../run_once.ts";
import { type Answer, askAll } from "./ask_all.ts";
import { coverageOf } from "./coverage.ts";
import { cursorsFor } from "./cursor.ts";
import { silence } from "./look_up.ts";
import { mergeEach, mergeLists } from "./merge.ts";

type Failed = Extract<Answer<Ran>, { error: unknown }>;

/** These say of a cluster that it has nothing of what is asked for. */
const NOTHING: readonly AppError["code"][] = ["invalid", "not_found"];

/**
 * Runs a tool that reads in several clusters at once and answers what all of them have said; of one that
 * failed a warning tells.
 *
 * @throws AppError when all have failed
 */
export async function runInAll(
  services: CallServices,
  request: Omit<Run, "warnings"> & { readonly clusters: readonly string[] },
  record: RunRecord,
): Promise<Finished> {
  const { clusters, input, tool } = request;
  const isList = coverageOf(tool) === "list";
  const cursors = isList ? cursorsFor(input.cursor, clusters) : undefined;
  const vmids = new Set<number>();
  const each: RunRecord = {
    announce: (vmids) => record.announce(vmids),
    within: (cluster) => record.within(cluster),
    touched: (seen) => seen.vmids.forEach((vmid) => vmids.add(vmid)),
  };
  const run = (cluster: string, signal: AbortSignal) => {
    const cursor = cursors?.get(cluster);
    const part = cursor === undefined ? input : { ...input, cursor };
    const here = { cluster, input: part, signal, meant: cluster, told: undefined, warnings: [] };
    const clustersAsked = clusters.length;
    return runOnce(services, { ...request, ...here, clustersAsked }, each);
  };
  const answers = await askAll(clusters, run, {
    ...{ ...services, ...request },
    stragglers: services.stragglers.of(tool.name, request.principal),
  });
  record.touched({ vmids: [...vmids], upid: undefined });
  const parts = answers.filter((answer) => "value" in answer);
  const failed = answers.filter((answer): answer is Failed => "error" in answer);
  if (parts.length === 0) throw failure(failed);
  // What is asked for is not there; that it cannot be asked for there is no such answer.
  const warnings = failed.filter(({ error }) => error.code !== "not_found")
    .map((answer) => clip(oneLine(silence(answer))));
  const { limit, sort } = input as { limit: number; sort?: Order };
  const value = isList
    ? mergeLists(parts, { tool, warnings, clusters, limit, sort })
    : mergeEach(parts, warnings);
  return bounded(new Finished(value, { verbatim: tool.verbatim ?? [] }));
}

/** That nothing is there is said only where all have said so. */
function failure(failed: readonly Failed[]): AppError {
  const away = failed.filter(({ error }) => !NOTHING.includes(error.code));
  const [first] = away.length > 0 ? away : failed;
  if (first === undefined) throw new Error("no cluster was asked");
  const told = away.length > 0 ? failed.map(silence).join("; ") : first.error.message;
  return first.error.withMessage(told);
}
