import { Limit } from "../abort.ts";
import type { AuditLog } from "../audit/log.ts";
import type { Outcome } from "../audit/row.ts";
import type { AuditTrail } from "../audit/trail.ts";
import type { Principal } from "../auth/principal.ts";
import type { Halts } from "../database/halts.ts";
import type { SpentKeys } from "../database/spent_keys.ts";
import { AppError, messageOf, toAppError } from "../errors.ts";
import type { Log } from "../log/log.ts";
import { type Language, messagesIn } from "./messages.ts";
import { Pve } from "../proxmox/pve.ts";
import type { PveShared } from "../proxmox/pve_parts.ts";
import type { SecretFiles } from "../tool/secret_files.ts";
import type { AnyTool } from "../tool/tool.ts";
import { admit } from "./admission.ts";
import type { Approvals, Gate } from "./approval/approvals.ts";
import { heldAnswer } from "./approval/answer.ts";
import { CallRecord } from "./call_record.ts";
import { inCallSpan } from "./call_span.ts";
import type { Caller } from "./caller.ts";
import { cannot } from "./cannot.ts";
import type { Catalog } from "./catalog.ts";
import { consent, type Question } from "./consent.ts";
import { Denied } from "./denied.ts";
import { permitOf } from "./halted.ts";
import type { IdenticalChanges } from "./identical.ts";
import { deadlineOf, parseInput } from "./input.ts";
import { type Finish, Finished } from "./finished.ts";
import { meantCall } from "./meant.ts";
import { markOf, outcomeOf, unaudited } from "./outcome.ts";
import { reachOf } from "./reach.ts";
import { shownResult } from "./shown.ts";
import { toolContext } from "./tool_context.ts";
import { told } from "./told.ts";

/** What all calls share. */
export interface CallServices {
  readonly catalog: Catalog;
  /** Tells which tools Proxmox would let do anything at all. */
  readonly able: () => Promise<(tool: AnyTool) => boolean>;
  readonly pve: PveShared;
  readonly audit: AuditLog;
  readonly trail: Pick<AuditTrail, "list">;
  readonly log: Log;
  readonly confirm: "always" | "when_supported" | "never";
  /** Sessions that were ended, and answers that have served. */
  readonly spent: SpentKeys;
  readonly identical: IdenticalChanges;
  readonly halts: Halts;
  readonly approvals: Approvals;
  /** How browsers reach this server; null where nobody has said. */
  readonly publicUrl: string | null;
  readonly finish: Finish;
  readonly secrets: SecretFiles | null;
  readonly server: { readonly version: string; readonly startedAt: Date };
  readonly now: () => Date;
  /** Aborts the calls under way when the server cannot wait for them any longer. */
  readonly stopping: AbortSignal;
  /** Tells of each token that is no longer good; the function that it returns ends that. */
  readonly onRevoked: (listener: (tokenId: number) => void) => () => void;
  /** Counts a call as under way; the function that it returns ends that. */
  readonly begin: (tokenId: number) => () => void;
  /** True when more calls are under way than may be: some that came at once can pass the HTTP side. */
  readonly crowded: (tokenId: number) => boolean;
  /** Told of every finished call, for metrics. */
  readonly observe: (tool: string, outcome: Outcome, seconds: number) => void;
}

/** One call of one tool, by whatever transport it came. */
export interface CallRequest extends Pick<Caller, "traceparent"> {
  readonly principal: Principal;
  readonly tool: string;
  readonly arguments: unknown;
  /** See meantCall. */
  readonly through?: string;
  /** The resource that is read by this call. */
  readonly resource?: string;
  readonly transport: string;
  readonly requestId: string;
  readonly language: Language;
  readonly signal: AbortSignal;
  /** See Caller. */
  readonly hasEnded?: () => boolean;
  readonly progress: (message: string, done?: { progress: number; total?: number }) => void;
  /** Whether a person can be asked through this client, and what was answered. */
  readonly confirmation: "impossible" | "possible" | "accepted" | "declined";
  /** The question that was answered. */
  readonly answered?: { readonly nonce: string; readonly version: string; readonly expires: Date };
  /** True when the caller follows the task that the call begins: the call does not wait for it. */
  readonly detaches?: boolean;
  /** Guests that the token had in reach when it began what is asked about: also while they are not known. */
  readonly begunGuests?: readonly number[];
  /** Makes what is answered of the tool's output, where that is not the output itself. */
  readonly conclude?: (pve: Pve, done: Done) => Promise<Finished>;
}

/** What a tool's run has come to. */
export interface Done {
  readonly tool: AnyTool;
  readonly output: Readonly<Record<string, unknown>>;
  /** What the call did, as the infinitive that follows "Cannot". */
  readonly action: string;
}

/**
 * `ask` means: get a person's yes, then call again with `confirmation: "accepted"`; `held`: nothing was
 * done, a plan waits for somebody else's yes, which is given on `page` too, where there is one.
 */
export type CallResult =
  | { readonly kind: "done"; readonly finished: Finished }
  | { readonly kind: "failed"; readonly error: AppError }
  | {
    readonly kind: "held";
    readonly finished: Finished;
    readonly action: string;
    readonly page: string | undefined;
  }
  | { readonly kind: "ask" } & Question;

/**
 * Runs one tool call: policy, scope and limits, then input, confirmation and the tool itself, and
 * one audit row whatever came of it. Nothing is sent to Proxmox before all of these hold.
 */
export async function callTool(services: CallServices, given: CallRequest): Promise<CallResult> {
  const request = meantCall(services.catalog, given);
  const end = services.begin(request.principal.tokenId);
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
  if (services.crowded(principal.tokenId)) {
    throw new AppError("unavailable", messages.rateExceeded);
  }
  if (request.through !== undefined) admit(catalog, request.through, request);
  const tool = admit(catalog, request.tool, request);
  const input = parseInput(tool, request.arguments);
  const action = tool.action(input);
  const dryRun = "dry_run" in input && input.dry_run === true;
  const permit = permitOf(services.halts, { tool, dryRun, language });
  await permit();
  const subject = { tool, input, action };
  const gate = dryRun ? undefined : await services.approvals.gate(services, request, subject);
  if (gate?.kind === "held") return held(services, { ...gate, action }, record);
  if (gate?.by !== undefined) {
    record.confirmed("accepted", gate.by);
  } else if (tool.hints.destructiveHint && !dryRun) {
    record.confirmed(...markOf(services.confirm, request));
    const question = await consent(services, request, subject);
    if (question !== undefined) return { kind: "ask", ...question };
  }
  await services.audit.admit();
  return await run(
    services,
    { ...request, tool, input, action, dryRun, permit, allow: gate?.allow },
    record,
  );
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

async function run(
  services: CallServices,
  request: Omit<CallRequest, "tool"> & {
    tool: AnyTool;
    input: Record<string, unknown>;
    action: string;
    dryRun: boolean;
    permit: () => Promise<void>;
    allow: Extract<Gate, { kind: "run" }>["allow"] | undefined;
  },
  record: CallRecord,
): Promise<CallResult> {
  const { tool, input, action, dryRun, permit, allow } = request;
  using deadline = new Limit(request.signal, deadlineOf(input));
  const asked = { tool: tool.name, input };
  const change = dryRun ? undefined : services.identical.of(request.principal, asked);
  const pve = new Pve(services.pve, {
    caller: `token ${request.principal.tokenId}`,
    signal: deadline.signal,
    reach: reachOf(request.principal.limits),
    dryRun,
    action,
    progress: request.progress,
    permit,
    announce: async (vmids) => {
      await allow?.(vmids);
      await record.announce(vmids);
    },
    sharing: change,
    detaches: request.detaches === true,
    begunGuests: request.begunGuests,
  });
  /** Of a plan that was decided. */
  let decided: readonly number[] = [];
  try {
    const plans = services.approvals.deskOf(
      request.principal,
      services.catalog,
      async (vmids) => {
        decided = vmids;
        await record.announce(vmids);
      },
    );
    const context = toolContext(services, { ...request, pve, plans });
    const work = () => tool.run(input, context);
    const output = await (change ? change.run(pve, input, work) : work());
    const finished = await request.conclude?.(pve, { tool, output, action }) ??
      services.finish(tool, await told(pve, { tool, output }));
    const picture = tool.picture?.(input, finished.value);
    return { kind: "done", finished: picture ? finished.with(picture) : finished };
  } catch (error) {
    throw cannot(action, error);
  } finally {
    record.touched({ vmids: [...pve.vmids, ...decided], upid: pve.upid });
    pve.release();
  }
}
