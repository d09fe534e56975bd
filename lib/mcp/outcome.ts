import type { ConfirmationMark, Outcome } from "../audit/row.ts";
import { AppError, messageOf } from "../errors.ts";
import type { CallRequest, CallResult } from "./call_request.ts";
import type { CallServices } from "./call_services.ts";
import { Denied } from "./denied.ts";

/** How a call was confirmed, and by whom, for its row. */
export function markOf(
  mode: CallServices["confirm"],
  { confirmation, principal }: CallRequest,
): [mark: ConfirmationMark, by?: string] {
  if (mode === "never" || confirmation === "impossible") return ["not_asked"];
  if (confirmation === "possible" || confirmation === "unanswered") return ["asked"];
  return confirmation === "accepted" ? ["accepted", principal.user] : ["declined"];
}

/** What a row says of how a call ended. */
export function outcomeOf(result: CallResult, signal: AbortSignal): Outcome {
  if (result.kind === "ask" || result.kind === "held") return "asked";
  if (result.kind === "done") return "ok";
  if (result.error instanceof Denied) return "denied";
  if (signal.aborted) return "cancelled";
  return result.error.code === "invalid" ? "invalid" : "error";
}

/** The failure of a call whose row could not be kept. */
export function unaudited(tool: string, result: CallResult, cause: unknown): AppError {
  const done = {
    done: "it was carried out",
    failed: "it failed",
    ask: "nobody was asked",
    held: "nothing was done",
  };
  return new AppError(
    "unavailable",
    `The audit row of ${tool} could not be kept (${messageOf(cause)}); ${
      done[result.kind]
    }: look before trying again`,
    { cause },
  );
}
