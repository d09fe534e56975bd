import assert from "node:assert/strict";
import type { ToolName } from "../../../lib/mcp/tools.ts";
import { Plans } from "../../../lib/database/plans.ts";
import type { Site } from "../../site.ts";
import type { ToolCase } from "../tool_case.ts";

const PLAN = "abcdefghjk";

/** Lets the user bert ask for a change. */
async function held(site: Site): Promise<void> {
  await new Plans(site.database, { now: () => new Date() }).keep({
    id: PLAN,
    asked: "0".repeat(64),
    userId: 99,
    user: "bert",
    tokenId: 99,
    tool: "stop_vm",
    shown: JSON.stringify({ action: "stop VM 100" }),
    basis: JSON.stringify({ guests: [{ vmid: 100 }], work: "" }),
    expires: new Date(Date.now() + 900_000),
  });
}

export const PLANS = {
  approve_plan: {
    args: { id: PLAN },
    prepare: held,
    request: null,
    works: ({ plan }) => {
      assert.deepEqual([plan.id, plan.state, plan.decided_by], [PLAN, "approved", "ada"]);
    },
    refuses: [
      { args: { id: "nosuchplan" }, code: "not_found", text: /there is no plan nosuchplan/ },
      { args: { id: "nosuchplan", dry_run: true }, code: "not_found", text: /no plan/ },
      { args: {}, code: "invalid", text: /id/ },
    ],
  },

  get_plans: {
    args: {},
    prepare: held,
    request: null,
    works: ({ plans: [plan, ...others] }) => {
      assert.deepEqual(others, []);
      assert.deepEqual(
        [plan.id, plan.state, plan.action, plan.asked_by],
        [PLAN, "waiting", "stop VM 100", "bert"],
      );
    },
    refuses: [
      { args: { id: "nosuchplan" }, code: "not_found", text: /there is no plan nosuchplan/ },
    ],
  },
} satisfies Partial<Record<ToolName, ToolCase>>;
