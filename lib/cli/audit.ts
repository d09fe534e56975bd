import type { Command } from "commander";
import type { AuditFilter, StoredAuditRow } from "../audit/row.ts";
import {
  type CliContext,
  type CommonOptions,
  refuseAsUsage,
  UsageError,
  withCommonOptions,
} from "./context.ts";
import { oneOf, readTime, wholeNumber } from "./options.ts";
import { shortTime, table } from "./table.ts";
import { withAuditTrail } from "./with_store.ts";

const OUTCOMES = ["ok", "error", "denied", "invalid", "cancelled"] as const;

interface ListOptions extends CommonOptions, AuditFilter {
  readonly json?: boolean;
}

interface PruneOptions extends CommonOptions {
  readonly before: Date;
  readonly by?: string;
}

export function registerAudit(program: Command, context: CliContext): void {
  const audit = program.command("audit").description("the trail of tool calls");
  withCommonOptions(audit.command("list"))
    .description("list calls, the newest first")
    .option("--user <NAME>", "calls of this user")
    .option("--tool <TOOL>", "calls of this tool")
    .option("--vmid <ID>", "calls about this guest", wholeNumber(100, 999_999_999))
    .option("--outcome <OUTCOME>", OUTCOMES.join(", "), oneOf(OUTCOMES))
    .option("--since <TIME>", "calls of this time and later", readTime)
    .option("--until <TIME>", "calls before this time", readTime)
    .option("--limit <N>", "at most this many (default: 100)", wholeNumber(1, 10_000))
    .option("--json", "print JSON, one row per line")
    .addHelpText(
      "after",
      "\nTimes are dates (midnight UTC) or times with their zone.\n\nExamples:\n" +
        "  proxmox-mcp audit list --user ayse --since 2026-07-01\n" +
        "  proxmox-mcp audit list --outcome denied --json",
    )
    .action((options: ListOptions) => listAudit(context, options));
  withCommonOptions(audit.command("verify"))
    .description("look for rows that were edited, removed or reordered; exit 1 if there are any")
    .action((options: CommonOptions) => verifyAudit(context, options));
  withCommonOptions(audit.command("prune"))
    .description("remove old rows, leaving a checkpoint that signs for them")
    .requiredOption("--before <TIME>", "remove calls before this time", readTime)
    .option("--by <NAME>", "who signs for it (default: the command line)")
    .addHelpText("after", "\nExample:\n  proxmox-mcp audit prune --before 2026-01-01 --by ayse")
    .action((options: PruneOptions) => pruneAudit(context, options));
}

async function listAudit(context: CliContext, options: ListOptions): Promise<void> {
  const { config: _file, debug: _debug, json, ...filter } = options;
  const rows = await withAuditTrail(context, options, (trail) => trail.list(filter));
  if (json) {
    for (const row of rows) context.io.out(JSON.stringify(asJson(row)));
    return;
  }
  context.io.out(table(
    ["seq", "time", "user", "token", "address", "tool", "vmid", "outcome", "arguments"],
    rows.map((row) => [
      String(row.seq),
      shortTime(row.time),
      row.user,
      row.tokenName,
      row.address,
      row.tool,
      row.vmid === null ? "-" : String(row.vmid),
      row.outcome,
      row.arguments.length > 60 ? `${row.arguments.slice(0, 59)}…` : row.arguments,
    ]),
  ));
}

async function verifyAudit(context: CliContext, options: CommonOptions): Promise<void> {
  const { io } = context;
  const found = await withAuditTrail(context, options, (trail) => trail.verify());
  for (const problem of found.problems) io.out(problem.message);
  if (!found.ok) context.setStatus(1);
  const range = found.first === null ? "" : ` (${found.first} to ${found.last})`;
  io.out(`${found.ok ? "ok" : "fail"}: ${found.rows} rows read${range}`);
}

async function pruneAudit(context: CliContext, options: PruneOptions): Promise<void> {
  const { io } = context;
  const at = io.now();
  if (options.before > at) {
    throw new UsageError("Cannot prune the audit trail: --before lies in the future");
  }
  const by = options.by ?? "command line";
  const report = await withAuditTrail(
    context,
    options,
    (trail) => refuseAsUsage(() => trail.prune({ before: options.before, by, at })),
  );
  io.out(
    report.removed === 0
      ? "no rows are that old"
      : `removed ${report.removed} rows; row ${report.checkpoint} signs for them`,
  );
}

function asJson(
  { durationMs, requestId, tokenId, tokenName, previousHash, ...row }: StoredAuditRow,
) {
  return {
    ...row,
    request_id: requestId,
    token_id: tokenId,
    token_name: tokenName,
    duration_ms: durationMs,
    previous_hash: previousHash,
  };
}
