import * as z from "zod";
import { AppError } from "../../lib/errors.ts";
import { taskResult, waiting } from "../../lib/tool/fields.ts";
import { type AnyTool, CHANGES, defineTool, READS } from "../../lib/tool/tool.ts";

const changingInput = z.strictObject({
  seconds: z.int().default(0),
  label: z.string().default("none"),
  ...waiting,
});

/** Tools of the suite that the pipeline of calls runs like any other. */
export const FIXTURE_TOOLS: readonly AnyTool[] = [
  tool("test_simple_text", () => Promise.resolve({ text: "Some simple text" })),
  tool("test_streaming_elicitation", () => Promise.resolve({ text: "Nothing to ask" })),
  tool("test_error_handling", () => Promise.reject(new AppError("conflict", "it always does"))),
  tool("test_tool_with_progress", (pve) => {
    for (const progress of [0, 50, 100]) pve.progress(`${progress} %`, { progress, total: 100 });
    return Promise.resolve({ text: "Done" });
  }),
  // A task that lasts for some looks at it, and one that fails after as many.
  changing("slow_compute", async (pve, { label, ...patience }) => {
    const at = { node: "pve1", storage: "local" };
    const upid = await pve.post("/nodes/{node}/storage/{storage}/download-url", at, {
      url: `http://example.com/${label}.iso`,
      content: "iso",
      filename: `${crypto.randomUUID()}.iso`,
    });
    return await pve.task(upid, patience);
  }),
  changing("failing_job", async (pve, { label: _, ...patience }) => {
    const running = { node: "pve1", vmid: 100 };
    const upid = await pve.post("/nodes/{node}/qemu/{vmid}/status/start", running);
    return await pve.task(upid, patience);
  }),
];

type Pve = Parameters<AnyTool["run"]>[1]["pve"];

function changing(
  name: string,
  run: (pve: Pve, input: z.output<typeof changingInput>) => ReturnType<Pve["task"]>,
): AnyTool {
  return defineTool({
    ...common(name),
    hints: CHANGES,
    input: changingInput,
    output: z.object(taskResult),
    run: (input, { pve }) => run(pve, input),
  });
}

function tool(name: string, run: (pve: Pve) => Promise<{ text: string }>): AnyTool {
  return defineTool({
    ...common(name),
    hints: READS,
    input: z.strictObject({}),
    output: z.object({ text: z.string() }),
    run: (_input, { pve }) => run(pve),
  });
}

function common(name: string) {
  return {
    name,
    title: name,
    description: `Is ${name} of the conformance suite.`,
    scope: "user",
    toolsets: ["guests"],
    subject: "guest",
    privileges: [],
    action: () => `run ${name}`,
  } as const;
}
