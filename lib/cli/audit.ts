import type { Command } from "commander";
import { headText, parseHead } from "../audit/head.ts";
import { type AuditFilter, OUTCOMES, type StoredAuditRow } from "../audit/row.ts";
import { AuditTrail } from "../audit/trail.ts";
import { clusterNamed } from "./cluster_option.ts";
import {
  type CliContext,
  type CommonOptions,
  refuseAsUsage,
  UsageError,
  withCommonOptions,
} from "./context.ts";
import { list, oneOf, readTime, wholeNumber } from "./options.ts";
import { shortTime, table } from "./table.ts";
import { withAuditTrail, withReadyDatabase, withSignedTrail } from "./with_store.ts";

const MAX_SHOWN = 60;
const MAX_VMIDS = 20;

interface ListOptions extends CommonOptions, AuditFilter {
  readonly json?: boolean;
  readonly cluster?: readonly string[];
}

interface VerifyOptions extends CommonOptions {
  readonly head?: string;
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
    .option("--cluster <CLUSTER>", "calls about this cluster, where there are several", list)
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
    .option("--head <SEQ:HASH>", "a head that was kept elsewhere must still be in the trail")
    .action((options: VerifyOptions) => verifyAudit(context, options));
  withCommonOptions(audit.command("head"))
    .description("print the last row's number and hash, to be kept where the database is not")
    .action((options: CommonOptions) => showHead(context, options));
  withCommonOptions(audit.command("prune"))
    .description("remove old rows, leaving for each 10,000 a checkpoint that signs for them")
    .requiredOption("--before <TIME>", "remove calls before this time", readTime)
    .option("--by <NAME>", "who signs for it (default: the command line)")
    .addHelpText("after", "\nExample:\n  proxmox-mcp audit prune --before 2026-01-01 --by ayse")
    .action((options: PruneOptions) => pruneAudit(context, options));
}

async function listAudit(context: CliContext, options: ListOptions): Promise<void> {
  const { config: _file, debug: _debug, json, cluster, ...filter } = options;
  const within = cluster === undefined ? {} : { clusters: cluster };
  const rows = await withReadyDatabase(context, options, async (database, config) => {
    const found = await new AuditTrail(database).list({ ...filter, ...within });
    // Rows of a cluster stay when the config names it no more.
    if (found.length > 0) return found;
    for (const name of cluster ?? []) clusterNamed(config, { cluster: name, action: "list calls" });
    return found;
  });
  if (json) {
    for (const row of rows) context.io.out(JSON.stringify(asJson(row)));
    return;
  }
  const several = rows.some((row) => row.cluster !== "");
  context.io.out(table(
    [
      ...["seq", "time", "user", "token", "address", "tool"],
      ...(several ? ["cluster"] : []),
      ...["vmid", "outcome", "arguments"],
    ],
    rows.map((row) => [
      String(row.seq),
      shortTime(row.time),
      row.user,
      row.tokenName,
      row.address,
      row.tool,
      ...(several ? [row.cluster || "-"] : []),
      short(row.vmids.join(",") || String(row.vmid ?? "-"), MAX_VMIDS),
      row.outcome,
      short(row.arguments, MAX_SHOWN),
    ]),
  ));
}

function short(text: string, max: number): string {
  return text.length > max ? `${text.slice(0, max - 1)}…` : text;
}

async function showHead(context: CliContext, options: CommonOptions): Promise<void> {
  const head = await withAuditTrail(context, options, (trail) => trail.head());
  context.io.out(headText(head));
}

async function verifyAudit(context: CliContext, options: VerifyOptions): Promise<void> {
  const { io } = context;
  const { head } = options;
  const kept = head === undefined ? null : await refuseAsUsage(() => parseHead(head));
  const found = await withSignedTrail(context, options, (trail) => trail.verify({ kept }));
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
  const report = await withSignedTrail(
    context,
    options,
    (trail) => refuseAsUsage(() => trail.prune({ before: options.before, by, at })),
  );
  io.out(
    report.removed === 0
      ? "no rows are that old"
      : `removed ${report.removed} rows; row ${report.checkpoint} signs for the last of them`,
  );
}

function asJson(
  {
    durationMs,
    requestId,
    callId,
    tokenId,
    tokenName,
    argumentsSha256,
    confirmedBy,
    cluster,
    keyId,
    previousHash,
    ...row
  }: StoredAuditRow,
) {
  return {
    ...row,
    ...(cluster === "" ? {} : { cluster }),
    request_id: requestId,
    call_id: callId,
    arguments_sha256: argumentsSha256,
    confirmed_by: confirmedBy,
    key_id: keyId,
    token_id: tokenId,
    token_name: tokenName,
    duration_ms: durationMs,
    previous_hash: previousHash,
  };
}
