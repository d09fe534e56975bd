import { shownLine, shownText } from "../log/shown.ts";
import type { CallResult } from "./call_request.ts";

/** A call's result as it leaves, without secrets and without characters that are not seen. */
export function shownResult(result: CallResult): CallResult {
  switch (result.kind) {
    case "failed":
      return { kind: "failed", error: result.error.cleaned(shownLine) };
    case "ask":
      return { ...result, question: shownText(result.question) };
    case "done":
    case "held":
      return result;
  }
}
