import * as z from "zod";
import { defineTool, READS } from "../lib/tool/tool.ts";

const schema = z.record(z.string(), z.unknown());

export default defineTool({
  name: "describe_tool",
  title: "Describe a tool",
  description: "Tells a tool's arguments, before call_tool.",
  scope: "user",
  toolsets: ["core"],
  leadsToOthers: true,
  hints: READS,
  subject: "guest",
  across: "none",
  privileges: [],
  input: z.strictObject({
    name: z.string().max(100),
    output: z.boolean().default(false).describe("What it answers too"),
  }),
  output: z.object({
    name: z.string(),
    title: z.string(),
    description: z.string(),
    scope: z.string(),
    toolsets: z.array(z.string()),
    hints: schema,
    input_schema: schema,
    output_schema: schema.optional(),
  }),
  // Schemas hold nothing from guests, and are what they are to the letter.
  verbatim: ["input_schema", "output_schema"],
  action: ({ name }) => `describe ${name}`,
  run: ({ name, output }, { tools }) => {
    const { inputSchema, outputSchema, hints, toolsets, takes: _, ...told } = tools.find(name);
    return Promise.resolve({
      ...told,
      toolsets: [...toolsets],
      hints: { ...hints },
      input_schema: inputSchema,
      ...(output ? { output_schema: outputSchema } : {}),
    });
  },
});
