import { AppError } from "../errors.ts";
import type { About, AnyTool } from "../tool/tool.ts";
import type { CallRequest } from "./call_request.ts";
import type { CallServices } from "./call_services.ts";
import type { Allow } from "./approval/allowing.ts";
import { cannot } from "./cannot.ts";
import { Denied } from "./denied.ts";
import { questionText } from "./question.ts";
import { rehearse } from "./rehearsal.ts";

/** What a person must say yes to; an answer counts for this version of it alone. */
export interface Question {
  readonly question: string;
  readonly version: string;
}

/** A call of a tool, and what it does. */
export interface Subject {
  readonly tool: AnyTool;
  readonly input: Record<string, unknown>;
  readonly action: string;
}

/**
 * The question that a person must answer before a call may destroy something; undefined when the call
 * may go on. An answer serves once, whatever it was.
 *
 * @throws Denied when the answer is no or has served, or nobody can be asked; AppError `conflict` when
 * what was asked about is not the same any more
 */
export async function consent(
  services: CallServices,
  request: CallRequest,
  subject: Subject,
): Promise<Question | undefined> {
  const { confirm } = services;
  const { confirmation, answered } = request;
  const { action } = subject;
  if (confirm === "never") return undefined;
  if (confirmation === "impossible") {
    if (confirm === "when_supported") return undefined;
    throw new Denied(
      `Cannot ${action}: a person must confirm it (tools.confirm is "always"), and this client cannot ask one; use a client with elicitation`,
    );
  }
  if (answered && !await services.spent.spend(`answer ${answered.nonce}`, answered)) {
    throw new Denied(`Cannot ${action}: that answer has served already; call again to be asked`);
  }
  if (confirmation === "declined") {
    throw new Denied(`Cannot ${action}: the person who was asked declined`);
  }
  if (confirmation === "unanswered") {
    throw new Denied(
      `Cannot ${action}: no answer came: the client asked nobody, or nobody answered in time; call again, or use a client that can ask`,
    );
  }
  const about = await describe(services, request, subject);
  const { lines, version } = inCluster(about, request.meant);
  if (!answered) {
    return { question: questionText({ action, lines, given: request.arguments }), version };
  }
  if (answered.version === version) return undefined;
  throw cannot(action, outdated());
}

/**
 * Lets a call that a person has agreed to make its first change only while that is as it was asked about: another
 * change may have had it while the call waited.
 */
export function whileAsAsked(
  services: CallServices,
  request: CallRequest,
  subject: Subject,
): Allow | undefined {
  const { answered } = request;
  if (!answered || !subject.tool.about) return undefined;
  // Work in the background may ask when the call is over.
  const late = { ...request, signal: services.stopping };
  const look = async () => {
    const { version } = inCluster(await describe(services, late, subject), request.meant);
    if (version !== answered.version) throw outdated();
  };
  let same: Promise<void> | undefined;
  return () => same ??= look();
}

function outdated(): AppError {
  const state = "what the person was asked about has changed since; call again to be asked";
  return new AppError("conflict", state);
}

/** A yes to what is lost in one cluster is none to the same in another. */
export function inCluster({ lines, version }: About, cluster: string | undefined): About {
  if (cluster === undefined) return { lines, version };
  return { lines: [`in the cluster ${cluster}`, ...lines], version: `${cluster} ${version}` };
}

/** Asks Proxmox what the call is about; nothing is changed by that. */
function describe(
  services: CallServices,
  request: CallRequest,
  { tool, input, action }: Subject,
): Promise<About> {
  const nothing: About = { lines: [], version: "" };
  if (!tool.about) return Promise.resolve(nothing);
  return rehearse(services, request, {
    action,
    look: (context) => tool.about?.(input, context) ?? Promise.resolve(nothing),
  });
}
