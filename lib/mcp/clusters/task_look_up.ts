import { AppError } from "../../errors.ts";
import { isKind } from "../../proxmox/api/errors.ts";
import { assertTask } from "../../proxmox/cluster/task_reach.ts";
import { onlyLooking } from "../../proxmox/only_looking.ts";
import { Pve } from "../../proxmox/pve.ts";
import { parseUpid } from "../../proxmox/tasks.ts";
import type { CallRequest } from "../call_request.ts";
import type { CallServices } from "../call_services.ts";
import { reachOf } from "../reach.ts";
import { type Answer, askAll } from "./ask_all.ts";
import { silence } from "./look_up.ts";
import { reachedIn } from "./reached.ts";

/** What some clusters have said of a task. */
export interface TaskLookUp {
  /** Those that know it. */
  readonly having: readonly string[];
  /** Why others have not said: `dc2 did not answer: …`; empty where all have. */
  readonly whySilent: string;
}

type Known = "known" | "unknown" | "forbidden";

/** Asks clusters whether they know a task that the caller may see. */
export async function lookUpTask(
  services: CallServices,
  request: CallRequest,
  { upid, clusters }: { upid: string; clusters: readonly string[] },
): Promise<TaskLookUp> {
  const ask = async (cluster: string, signal: AbortSignal): Promise<Known> => {
    const call = onlyLooking({
      caller: `token ${request.principal.tokenId}`,
      signal,
      reach: reachOf(request.principal.limits),
      onlyReads: true,
      action: "find a task",
    });
    const pve = new Pve(await reachedIn(services, { ...request, cluster }), call);
    try {
      await assertTask(pve, upid);
      await pve.get("/nodes/{node}/tasks/{upid}/status", { node: parseUpid(upid).node, upid });
      return "known";
    } catch (error) {
      return answerOf(error);
    } finally {
      pve.release();
    }
  };
  const stragglers = services.stragglers.of("tasks", request.principal);
  const answers = await askAll(clusters, ask, { ...services, ...request, stragglers });
  const saying = (known: Known) =>
    answers.filter((answer) => "value" in answer && answer.value === known)
      .map(({ cluster }) => cluster);
  const known = saying("known");
  return {
    // Proxmox forbids to read a task that is there; one that is not is told first.
    having: known.length > 0 ? known : saying("forbidden"),
    whySilent: answers.filter(isSilent).map(silence).join("; "),
  };
}

/** What it means that a task cannot be read; what tells nothing is thrown on. */
function answerOf(error: unknown): Known {
  if (isKind(error, "missing")) return "unknown";
  if (error instanceof AppError && error.code === "not_found") return "unknown";
  if (error instanceof AppError && error.code === "forbidden") return "forbidden";
  throw error;
}

function isSilent(answer: Answer<Known>): answer is Extract<Answer<Known>, { error: unknown }> {
  return "error" in answer;
}
