import * as z from "zod";
import { AppError } from "../../lib/errors.ts";
import { type AnyTool, defineTool, READS } from "../../lib/tool/tool.ts";

/** Tools of the suite that the pipeline of calls runs like any other. */
export const FIXTURE_TOOLS: readonly AnyTool[] = [
  tool("test_simple_text", () => Promise.resolve({ text: "Some simple text" })),
  tool("test_streaming_elicitation", () => Promise.resolve({ text: "Nothing to ask" })),
  tool("test_error_handling", () => Promise.reject(new AppError("conflict", "it always does"))),
  tool("test_tool_with_progress", (pve) => {
    for (const progress of [0, 50, 100]) pve.progress(`${progress} %`, { progress, total: 100 });
    return Promise.resolve({ text: "Done" });
  }),
];

function tool(
  name: string,
  run: (pve: Parameters<AnyTool["run"]>[1]["pve"]) => Promise<{ text: string }>,
): AnyTool {
  return defineTool({
    name,
    title: name,
    description: `Is ${name} of the conformance suite.`,
    scope: "user",
    toolsets: ["guests"],
    hints: READS,
    subject: "guest",
    privileges: [],
    input: z.strictObject({}),
    output: z.object({ text: z.string() }),
    action: () => `run ${name}`,
    run: (_input, { pve }) => run(pve),
  });
}
