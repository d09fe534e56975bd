import type { Outcome } from "../audit/row.ts";
import { messageOf } from "../errors.ts";
import { isRecord } from "../record.ts";
import { relay } from "../relay.ts";
import { CallRecord, type RecordedRequest, type RecordServices } from "./call_record.ts";
import type { Caller } from "./caller.ts";
import { idOf, refusal, REFUSED, runsTool } from "./json_rpc.ts";
import { meantCall } from "./meant.ts";
import { resourceAt } from "./resources/address.ts";
import { taskTool } from "./tasks/extension.ts";

/** A message of a request that means to call a tool or read a resource, whether or not it is fit for that. */
type CallMessage = Readonly<Record<string, unknown>>;

/**
 * The calls of one request. One that is refused on its way, by its form, its headers, its session or
 * its state, never reaches the tool's pipeline: it leaves its row here.
 */
export class CallLedger {
  readonly #services: RecordServices;
  readonly #caller: Caller;
  #open: CallMessage[];

  constructor(services: RecordServices, { caller, body }: { caller: Caller; body: unknown }) {
    this.#services = services;
    this.#caller = caller;
    this.#open = callsOf(body);
  }

  /** True when every call has begun or left its row. */
  get isSettled(): boolean {
    return this.#open.length === 0;
  }

  /** The caller to hand on; the pipeline tells of each call that it begins by the id of its message. */
  get caller(): Caller {
    return {
      ...this.#caller,
      began: (id) => this.#began(this.#open.find((message) => message.id === id)),
    };
  }

  /** The same for one message, which may have no id of its own. */
  callerOf(body: unknown): Caller {
    return {
      ...this.#caller,
      began: () => this.#began(this.#open.find((message) => message === body)),
    };
  }

  /** Passes the answer on once every call has its row; a stream may begin before that. */
  async settle(response: Response): Promise<Response> {
    if (this.#open.length === 0) return response;
    if (response.headers.get("content-type")?.startsWith("text/event-stream") && response.body) {
      return new Response(relay(response.body, { atEnd: () => this.close() }), response);
    }
    const answer = await response.clone().json().catch(() => null);
    const unkept = await this.settleAnswer(answer, `HTTP ${response.status}`);
    if (unkept === undefined) return response;
    await response.body?.cancel();
    return refusal(503, unkept);
  }

  /**
   * Leaves a row for each call that has not begun, with the reason that its answer tells; the error to
   * answer instead when that could not be kept.
   */
  async settleAnswer(
    answer: unknown,
    reason = "refused",
  ): Promise<{ code: number; message: string } | undefined> {
    try {
      await this.close((id) => reasonIn(answer, id) ?? reason);
      return undefined;
    } catch (error) {
      const message = `The audit row of a call could not be kept (${messageOf(error)})`;
      return { code: REFUSED, message };
    }
  }

  /** Leaves a row for each call that has not begun. */
  async close(
    reason: (id: unknown) => string = () => "refused",
    outcome: Outcome = "invalid",
  ): Promise<void> {
    const refused = this.#open;
    this.#open = [];
    await Promise.all(refused.map((message) => {
      const meant = meantCall(this.#services.catalog, meantBy(message));
      const record = new CallRecord(this.#services, { ...this.#caller, ...meant });
      const what = meant.resource ?? (meant.tool || "a tool");
      const verb = meant.resource === undefined ? "call" : "read";
      return record.end(outcome, `Cannot ${verb} ${what}: ${reason(message.id)}`);
    }));
  }

  #began(begun: CallMessage | undefined): void {
    this.#open = this.#open.filter((message) => message !== begun);
  }
}

/** The messages of a body, which may be a batch, that mean to call a tool. */
export function callsOf(body: unknown): CallMessage[] {
  const messages: unknown[] = Array.isArray(body) ? body : [body];
  return messages.filter(runsTool);
}

/** What an answer, or the one of a batch, says is wrong. */
function reasonIn(answer: unknown, id: unknown): string | undefined {
  const answers: unknown[] = Array.isArray(answer) ? answer : [answer];
  const records = answers.filter(isRecord);
  const own = records.find((each) => each.id === idOf({ id })) ?? records[0];
  const error = own?.error;
  return isRecord(error) && typeof error.message === "string" ? error.message : undefined;
}

/** The tool that a message means, and what for. */
function meantBy(
  { method, params }: CallMessage,
): Pick<RecordedRequest, "tool" | "arguments" | "resource"> {
  if (!isRecord(params)) return { tool: "", arguments: params };
  const { name, arguments: given, uri } = params;
  if (method === "tools/call") {
    return { tool: typeof name === "string" ? name : "", arguments: given };
  }
  const ofTasks = taskTool(method);
  if (ofTasks !== undefined) return { tool: ofTasks, arguments: { taskId: params.taskId } };
  if (typeof uri !== "string") return { tool: "", arguments: params };
  // Where there are several clusters the address may begin with one.
  const { kind, values } = resourceAt(uri) ?? resourceAt(uri.replace(/^(pve:\/\/)[^/]+\//, "$1")) ??
    {};
  return { tool: kind?.tool ?? "", arguments: values ?? {}, resource: uri };
}
