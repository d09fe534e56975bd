import * as z from "zod";
import { dryRun } from "../lib/tool/fields.ts";
import { heldPlan } from "../lib/tool/plans.ts";
import { defineTool, DESTROYS } from "../lib/tool/tool.ts";

export default defineTool({
  name: "approve_plan",
  title: "Approve plan",
  description:
    "Releases a change that another user's call waits for, or denies it. That call is then made again.",
  scope: "admin",
  toolsets: ["cluster"],
  hints: DESTROYS,
  subject: "cluster",
  across: "none",
  privileges: [],
  input: z.strictObject({
    id: z.string().max(40).describe("As get_plans tells it"),
    deny: z.boolean().default(false).describe("Also your own approval, while it is not used"),
    ...dryRun,
  }),
  output: z.object({ plan: heldPlan.optional(), dry_run: z.looseObject({}).optional() }),
  action: ({ id, deny }) => `${deny ? "deny" : "approve"} plan ${id}`,
  about: async ({ id, deny }, { plans }) => {
    const { action, asked_by: user, about, guests, requests } = await plans.open(id, { deny });
    const facts = { about, guests, requests };
    const lines = Object.entries(facts).map(([name, fact]) => `${name}: ${JSON.stringify(fact)}`);
    return { lines: [`${user} wants to ${action}`, ...lines], version: id };
  },
  run: async ({ id, deny }, { pve, plans }) => {
    if (!pve.dryRun) return { plan: await plans.decide(id, { deny }) };
    const { action, asked_by: user, state } = await plans.open(id, { deny });
    pve.check(`it is ${state}: ${user} wants to ${action}`, true, "");
    return {};
  },
});
