import { INVALID_PARAMS, isJSONRPCRequest } from "@modelcontextprotocol/server";
import { isRecord } from "../record.ts";
import type { CallLedger } from "./call_ledger.ts";
import { authInfoOf, type Caller } from "./caller.ts";
import type { TextFormat } from "./finished.ts";
import { idOf, malformedCall, NO_REQUEST, type RpcError, rpcError } from "./json_rpc.ts";
import { type OneShotTransport, openOneShots } from "./one_shot.ts";
import type { ReadyResult } from "./ready_result.ts";
import type { McpServices } from "./server.ts";

/** A body and what becomes of it. */
export interface Posted {
  readonly body: object;
  readonly ledger: CallLedger;
  readonly ready: ReadyResult;
}

interface Answer {
  readonly id: string | number | null;
  readonly result?: unknown;
}

/** What leaves nothing behind on the server that answers it: one serves all callers. */
const LEAVES_NOTHING = new Set(["tools/call", "tools/list"]);

/** Answers messages that belong to no session. */
export class Sessionless {
  readonly #services: McpServices;
  readonly #oneShots: Promise<OneShotTransport>;

  constructor(services: McpServices) {
    this.#services = services;
    this.#oneShots = openOneShots(services);
  }

  async close(): Promise<void> {
    await (await this.#oneShots).close();
  }

  /** One JSON-RPC request without a session, with plain JSON back; `jsonrpc` and `id` may be absent. */
  async answer({ body, ledger, ready }: Posted): Promise<Response> {
    const answer = await this.#exchange(body, ledger.callerOf(body));
    if (answer === undefined) return new Response(null, { status: 202 });
    return new Response(ready.splice(JSON.stringify(answer)), {
      status: answer === NO_REQUEST ? 400 : 200,
      headers: { "content-type": "application/json" },
    });
  }

  /** Batches were part of 2025-03-26 and of no other revision. */
  async answerAll(bodies: readonly unknown[], ledger: CallLedger): Promise<Response> {
    const answers = await Promise.all(
      bodies.map((body) => this.#exchange(body, ledger.callerOf(body))),
    );
    const told = answers.filter((answer) => answer !== undefined);
    return told.length === 0 ? new Response(null, { status: 202 }) : Response.json(told);
  }

  /** The answer to one message without a session; undefined for a notification. */
  async #exchange(body: unknown, caller: Caller): Promise<Answer | undefined> {
    const message = (body ?? {}) as Record<string, unknown>;
    const { id: givenId, method, params } = message;
    if (typeof method !== "string") return NO_REQUEST;
    const malformed = malformedCall(body);
    if (malformed) return malformed;
    if (givenId === undefined && method.startsWith("notifications/")) return undefined;
    const format = formatOf(message);
    if (typeof format === "object") return format;
    const id = idOf(message);
    const request = { jsonrpc: "2.0" as const, id: 0, method, ...(params ? { params } : {}) };
    if (!isJSONRPCRequest(request)) return NO_REQUEST;
    const extra = { authInfo: authInfoOf({ ...caller, format }) };
    if (LEAVES_NOTHING.has(method)) {
      return { ...await (await this.#oneShots).exchange(request, extra), id };
    }
    const own = await openOneShots(this.#services);
    try {
      return { ...await own.exchange(request, extra), id };
    } finally {
      await own.close();
    }
  }
}

/** How a caller without a handshake wants its texts: as `params.format` says, else as JSON. */
function formatOf(message: Readonly<Record<string, unknown>>): TextFormat | RpcError {
  const { format = "json" } = isRecord(message.params) ? message.params : {};
  if (format === "json" || format === "text") return format;
  const text = "Invalid params: params.format is json or text";
  return rpcError({ code: INVALID_PARAMS, message: text }, idOf(message));
}
