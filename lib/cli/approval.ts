import type { Command } from "commander";
import { digestOf } from "../audit/digest.ts";
import { type AuditRow, rowAt } from "../audit/row.ts";
import type { AuditTrail } from "../audit/trail.ts";
import { typedHere } from "../command.ts";
import { type Decision, type Plan, type Plans, toldPlan } from "../database/plans.ts";
import { AppError } from "../errors.ts";
import { visibleLine } from "../log/visible.ts";
import {
  type CliContext,
  type CommonOptions,
  refuseAsUsage,
  withCommonOptions,
} from "./context.ts";
import { shortTime, table } from "./table.ts";
import { withPlans } from "./with_store.ts";

interface DecideOptions extends CommonOptions {
  readonly by?: string;
  readonly json?: boolean;
}

interface Decided extends Pick<Decision, "state"> {
  readonly id: string;
  readonly options: DecideOptions;
}

const NOTES = `
A change that needs approval is a plan for 15 minutes: without an ID the waiting ones are listed, with
what would be sent. The caller then makes the same call again, which runs it once, if nothing that was
shown has changed.

Examples:
  proxmox-mcp approve
  proxmox-mcp approve k7qf2m9xwa --by ayse`;

export function registerApproval(program: Command, context: CliContext): void {
  withDecision(program.command("approve [ID]"))
    .description("release a change that waits for approval; without ID: list what waits")
    .addHelpText("after", NOTES)
    .action((id: string | undefined, options: DecideOptions) =>
      id === undefined
        ? listPlans(context, options)
        : decide(context, { id, state: "approved", options })
    );
  withDecision(program.command("deny <ID>"))
    .description("refuse a change that waits for approval, or that was approved and has not run")
    .action((id: string, options: DecideOptions) =>
      decide(context, { id, state: "denied", options })
    );
}

function withDecision(command: Command): Command {
  return withCommonOptions(command)
    .option("--by <NAME>", "who decides (default: the command line)")
    .option("--json", "print JSON");
}

async function listPlans(context: CliContext, options: DecideOptions): Promise<void> {
  const { io } = context;
  const plans = await withPlans(context, options, (plans) => plans.waiting());
  if (options.json) return io.out(JSON.stringify(plans.map(toldPlan), null, 2));
  if (plans.length === 0) return io.out("nothing waits for approval");
  io.out(table(
    ["id", "user", "expires", "wants to"],
    plans.map((plan) => [plan.id, plan.user, shortTime(plan.expires), actionOf(plan)]),
  ));
  for (const plan of plans) {
    const { cluster, guests, requests, arguments: given } = toldPlan(plan);
    io.out(`\n${plan.id}`);
    const where = cluster === undefined ? {} : { cluster };
    for (const [name, fact] of Object.entries({ ...where, arguments: given, guests, requests })) {
      io.out(visibleLine(`  ${name}: ${JSON.stringify(fact)}`));
    }
  }
}

async function decide(context: CliContext, { id, state, options }: Decided): Promise<void> {
  const { io } = context;
  const by = options.by ?? "command line";
  const plan = await withPlans(
    context,
    options,
    (plans, trail) =>
      refuseAsUsage(() => decideAudited(plans, { trail, id, state, by, now: io.now })),
  );
  if (options.json) return io.out(JSON.stringify(toldPlan(plan), null, 2));
  const next = state === "approved"
    ? `; the same call, made again, runs it once; until then \`${
      typedHere(`deny ${id}`)
    }\` takes it back`
    : "";
  io.out(visibleLine(`${state} plan ${id} of ${plan.user}: ${actionOf(plan)}${next}`));
}

/** Leaves the same rows as a decision by the tool: the intent before, and how it ended. */
async function decideAudited(
  plans: Plans,
  { trail, id, state, by, now }: {
    trail: AuditTrail;
    id: string;
    state: Decision["state"];
    by: string;
    now: () => Date;
  },
): Promise<Plan> {
  const given = { id, deny: state === "denied" };
  const row: AuditRow = {
    ...rowAt(now()),
    user: by,
    door: "command line",
    tool: "approve_plan",
    scope: "admin",
    arguments: JSON.stringify(given),
    argumentsSha256: digestOf(given),
    confirmation: "accepted",
    confirmedBy: by,
  };
  let about = row;
  try {
    const plan = await plans.find(id);
    const { cluster = "", guests } = JSON.parse(plan.basis) as {
      cluster?: string;
      guests: { vmid: number }[];
    };
    about = { ...row, cluster, vmids: guests.map(({ vmid }) => vmid) };
    const decision = { state, by: { user: by } };
    plans.requireOpen(plan, decision);
    await trail.append({ ...about, outcome: "intent" });
    const decided = await plans.decide(id, decision);
    await trail.append(about);
    return decided;
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    const message = `Cannot ${
      state === "approved" ? "approve" : "deny"
    } plan ${id}: ${error.message}`;
    await trail.append({ ...about, outcome: "error", error: message });
    throw error.withMessage(message);
  }
}

function actionOf(plan: Plan): string {
  return String(toldPlan(plan).action);
}
