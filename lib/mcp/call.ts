import { Limit } from "../abort.ts";
import { holderOf } from "../auth/principal.ts";
import { AppError, messageOf, toAppError } from "../errors.ts";
import { messagesIn } from "./messages.ts";
import { admit } from "./admission.ts";
import type { Gate } from "./approval/approvals.ts";
import type { Allow } from "./approval/allowing.ts";
import { heldAnswer } from "./approval/answer.ts";
import { CallRecord } from "./call_record.ts";
import type { CallRequest, CallResult } from "./call_request.ts";
import type { CallServices } from "./call_services.ts";
import { inCallSpan } from "./call_span.ts";
import { cannot } from "./cannot.ts";
import { takeCluster } from "./clusters/argument.ts";
import { type Place, placeOf } from "./clusters/place.ts";
import { runInAll } from "./clusters/run_in_all.ts";
import { consent, whileAsAsked } from "./consent.ts";
import { Denied } from "./denied.ts";
import { permitOf } from "./halted.ts";
import { deadlineOf, parseInput } from "./input.ts";
import { Finished } from "./finished.ts";
import { meantCall } from "./meant.ts";
import { markOf, outcomeOf, unaudited } from "./outcome.ts";
import { type Run, runOnce } from "./run_once.ts";
import { shownResult } from "./shown.ts";

/**
 * Runs one tool call: policy, scope and limits, then input, confirmation and the tool itself, and
 * one audit row whatever came of it. Nothing is sent to Proxmox before all of these hold.
 */
export async function callTool(services: CallServices, given: CallRequest): Promise<CallResult> {
  const request = meantCall(services.catalog, given);
  const end = services.begin(holderOf(request.principal));
  using stop = new Limit(request.signal);
  const onStopping = () => stop.abort();
  services.stopping.addEventListener("abort", onStopping);
  const forget = services.onRevoked((tokenId) => {
    if (tokenId === request.principal.tokenId) stop.abort();
  });
  try {
    return await inCallSpan(
      services,
      request,
      async (within) => shownResult(await runAudited(within, { ...request, signal: stop.signal })),
    );
  } finally {
    services.stopping.removeEventListener("abort", onStopping);
    forget();
    end();
  }
}

async function runAudited(services: CallServices, request: CallRequest): Promise<CallResult> {
  const record = new CallRecord(services, request);
  let result: CallResult;
  try {
    result = await decide(services, request, record);
  } catch (cause) {
    const error = toAppError(cause);
    if (error.code === "internal" && !(cause instanceof AppError)) {
      services.log.error(`Call of ${request.tool} failed: ${messageOf(cause)}`, {
        request_id: request.requestId,
        stack: cause instanceof Error ? cause.stack : undefined,
      });
    }
    result = { kind: "failed", error };
  }
  const outcome = outcomeOf(result, request.signal);
  const name = services.catalog.get(request.tool)?.name ?? "unknown";
  services.observe(name, outcome, record.durationMs / 1000);
  try {
    await record.end(outcome, result.kind === "failed" ? result.error.message : "");
  } catch (cause) {
    return { kind: "failed", error: unaudited(request.tool, result, cause) };
  }
  return result;
}

async function decide(
  services: CallServices,
  request: CallRequest,
  record: CallRecord,
): Promise<CallResult> {
  const { catalog } = services;
  const { principal, language } = request;
  const messages = messagesIn(language);
  if (request.hasEnded?.()) throw new Denied(messages.authenticationRequired);
  if (services.crowded(holderOf(principal))) {
    throw new AppError("unavailable", messages.rateExceeded);
  }
  if (request.through !== undefined) admit(catalog, request.through, request);
  const tool = admit(catalog, request.tool, request);
  const { arguments: given, named, visible } = takeCluster(services, request, tool);
  const input = parseInput(tool, given);
  const action = tool.action(input);
  const dryRun = "dry_run" in input && input.dry_run === true;
  const permit = permitOf(services.halts, { tool, dryRun, language });
  await permit();
  const subject = { tool, input, action };
  const place = await placeOf(services, request, { ...subject, dryRun, named, visible });
  const placed = place.kind === "one" ? { ...request, ...place } : request;
  const { meant } = placed;
  record.within(meant);
  const gate = dryRun ? undefined : await services.approvals.gate(services, placed, subject);
  if (gate?.kind === "held") return held(services, { ...gate, action }, record);
  if (gate?.by !== undefined) {
    record.confirmed("accepted", gate.by);
  } else if (tool.hints.destructiveHint && !dryRun) {
    record.confirmed(...markOf(services.confirm, request));
    const question = await consent(services, placed, subject);
    if (question !== undefined) return { kind: "ask", ...question };
  }
  await services.audit.admit();
  const told = visible.length > 1 ? meant : undefined;
  const allow = both(gate?.allow, dryRun ? undefined : whileAsAsked(services, placed, subject));
  const permitted = { dryRun, permit, allow, told };
  return await run(services, { ...placed, ...subject, ...permitted, place }, record);
}

function both(one: Allow | undefined, other: Allow | undefined): Allow | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  return async (vmids) => {
    await one(vmids);
    await other(vmids);
  };
}

/** Tells of a plan that waits; the row names the guests that it is about. */
function held(
  { publicUrl }: CallServices,
  { plan, vmids, action }: Extract<Gate, { kind: "held" }> & { action: string },
  record: CallRecord,
): CallResult {
  record.confirmed("asked");
  record.touched({ vmids, upid: undefined });
  const { value, page } = heldAnswer(plan, { publicUrl });
  return { kind: "held", finished: new Finished(value), action, page };
}

/** Runs the tool where it is to be run. */
async function run(
  services: CallServices,
  request: Omit<Run, "warnings"> & { readonly place: Place },
  record: CallRecord,
): Promise<CallResult> {
  const { action, input, place, tool } = request;
  using deadline = new Limit(request.signal, deadlineOf(input));
  const within = { ...request, signal: deadline.signal };
  try {
    const finished = place.kind === "one"
      ? (await runOnce(services, { ...within, ...place }, record)).finished
      : await runInAll(services, { ...within, clusters: place.clusters }, record);
    const picture = tool.picture?.(input, finished.value);
    return { kind: "done", finished: picture ? finished.with(picture) : finished };
  } catch (error) {
    throw cannot(action, error);
  }
}
