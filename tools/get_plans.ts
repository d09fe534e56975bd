import * as z from "zod";
import { heldPlan } from "../lib/tool/plans.ts";
import { defineTool, READS } from "../lib/tool/tool.ts";

export default defineTool({
  name: "get_plans",
  title: "List plans",
  description: "Lists changes that wait until somebody else than who asked approves them.",
  scope: "admin",
  toolsets: ["cluster"],
  hints: READS,
  subject: "cluster",
  across: "none",
  privileges: [],
  input: z.strictObject({
    id: z.string().max(40).optional().describe("Only this one, which you could decide"),
  }),
  output: z.object({ plans: z.array(heldPlan) }),
  action: ({ id }) => id === undefined ? "list plans" : `read plan ${id}`,
  run: async ({ id }, { plans }) => ({
    plans: id === undefined ? await plans.waiting() : [await plans.open(id, { deny: true })],
  }),
});
