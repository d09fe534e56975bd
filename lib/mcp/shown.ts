import { shownJson, shownLine, shownText } from "../log/shown.ts";
import type { AnyTool } from "../tool/tool.ts";
import type { CallResult } from "./call.ts";

/**
 * A call's result as it leaves: every text from Proxmox and its guests without secrets and without
 * characters that are not seen. What a tool hands on byte for byte is left as it is.
 */
export function shownResult(result: CallResult, tool: AnyTool | undefined): CallResult {
  switch (result.kind) {
    case "failed":
      return { kind: "failed", error: result.error.cleaned(shownLine) };
    case "ask":
      return { ...result, question: shownText(result.question) };
    case "done":
      return { kind: "done", value: shownValue(result.value, tool?.verbatim ?? []) };
  }
}

function shownValue(
  value: Readonly<Record<string, unknown>>,
  verbatim: readonly string[],
): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [
      key,
      verbatim.includes(key) ? member : shownJson(member),
    ]),
  );
}
