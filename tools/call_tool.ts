import * as z from "zod";
import { freeForm } from "../lib/tool/fields.ts";
import { defineTool, DESTROYS } from "../lib/tool/tool.ts";

const NAME = "call_tool";

export default defineTool({
  name: NAME,
  title: "Call a tool that is not listed",
  description: "Calls any tool by name, as if it were called itself.",
  scope: "user",
  toolsets: ["core"],
  leadsToOthers: true,
  // What it does is what the other does, at worst.
  hints: { ...DESTROYS, openWorldHint: true },
  subject: "guest",
  across: "none",
  privileges: [],
  input: z.strictObject({
    name: z.string().max(100).refine((name) => name !== NAME, "must be another tool"),
    arguments: freeForm.default({}),
  }),
  output: z.object({}),
  action: ({ name }) => `call ${name}`,
  standsFor: ({ name, arguments: given }) => ({ tool: name, arguments: given }),
  run: ({ name }) => Promise.reject(new Error(`A call of ${name} was not made in place of this`)),
});
