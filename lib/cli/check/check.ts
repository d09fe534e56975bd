import type { Command } from "commander";
import type { Config } from "../../config/config.ts";
import { messageOf } from "../../errors.ts";
import { redactText } from "../../log/redact.ts";
import { adviceHead, type BackupAdvice } from "./backup_commands.ts";
import { checkClusters, type ClusterReport } from "./clusters.ts";
import { checkSecretFiles } from "./files.ts";
import { fail, type Finding, ok, warn } from "./finding.ts";
import { checkListening } from "./listening.ts";
import { checkStore } from "./store.ts";
import { checkWrittenFiles } from "./writable.ts";
import { type CliContext, configOf, configOption, withCommonOptions } from "../context.ts";
import { holding, lockText, ownWay } from "../../sandbox/held.ts";
import { canSandbox } from "../../sandbox/worker.ts";
import { requireTools } from "../serve/load_config.ts";
import { type ServeArguments, serveOptionsOf, withServeOptions } from "../serve/options.ts";
import { visibleLine } from "../../log/visible.ts";
import { toolsets } from "../options.ts";
import { type ToolsetChoice, TOOLSETS } from "../../tool/toolsets.ts";

/** `lock: false` leaves the lock out, for a process that is not to serve. */
type CheckOptions = ServeArguments & {
  readonly json?: boolean;
  readonly lock?: false;
  /** What stands before a finding that is not well, by its name, for who reads another language. */
  readonly headlines?: Readonly<Record<string, string>>;
  readonly toolset?: readonly string[];
};

/** Between them they hold every tool. */
const ALL_TOOLS = TOOLSETS.filter((toolset) => toolset !== "core");

const NOTES = `
Looks at the config, the files it names, the database, the Proxmox servers (name, connection,
certificate, clock, version) and backup servers, what the tokens there may do, the listening port
and the lock.
Each line is ok, warn or fail with what to do; the exit status is 1 when any fails.
The roles there are those for the tools of --toolset, else of tools.toolsets, else for all tools.

Examples:
  proxmox-mcp check --config /etc/proxmox-mcp/config.json
  proxmox-mcp check --toolset core,backups
  proxmox-mcp check --json | jq '.findings[] | select(.state != "ok")'`;

interface Report {
  readonly findings: readonly Finding[];
  readonly advice: ClusterReport["advice"];
  readonly backupAdvice: readonly BackupAdvice[];
  /** What the advice is for; null for all tools. */
  readonly toolsets: ToolsetChoice;
}

export function registerCheck(program: Command, context: CliContext): void {
  withServeOptions(withCommonOptions(program.command("check")))
    .description("say what is wrong with the config, the database, Proxmox and the lock")
    .option("--toolset <TOOLSET>", "print the roles for this toolset's tools", toolsets)
    .option("--json", "print JSON")
    .addHelpText("after", NOTES)
    .action((options: CheckOptions) => check(context, options));
}

/** Prints what was found; the exit status becomes 1 when anything fails. */
export async function check(context: CliContext, options: CheckOptions): Promise<void> {
  const { io } = context;
  const report = await inspect(context, options);
  if (report.findings.some((finding) => finding.state === "fail")) context.setStatus(1);
  if (options.json) {
    const { findings, advice: pveum, backupAdvice, toolsets } = report;
    const backups = backupAdvice.length === 0 ? {} : { proxmox_backup_manager: backupAdvice };
    return io.out(JSON.stringify({ findings, toolsets, pveum, ...backups }, null, 2));
  }
  for (const { name, state, message, remedy, cluster } of report.findings) {
    const headline = state === "ok" ? undefined : options.headlines?.[name];
    const about = [cluster, headline].filter((each) => each !== undefined)
      .map((each) => `${each}: `).join("");
    const text = about + visibleLine(redactText(message)) + (remedy === null ? "" : `: ${remedy}`);
    io.out(`${state.padEnd(4)}  ${name.padEnd(8)}  ${text}`);
  }
  const { advice, toolsets } = report;
  const which = toolsets === null ? "" : ` and tools of ${toolsets.join(", ")}`;
  for (const { scope, commands, present, cluster } of advice) {
    const there = present.length === 0 ? "" : ` (there already: ${present.join(", ")})`;
    const where = cluster === undefined ? "" : ` of ${cluster}`;
    io.out(`\nFor callers with scope ${scope}${which}, on a node${where}${there}:`);
    for (const command of commands) io.out(`  ${command}`);
  }
  for (const each of report.backupAdvice) {
    io.out(`\n${adviceHead(each)}`);
    for (const command of each.commands) io.out(`  ${command}`);
  }
  if (advice.length + report.backupAdvice.length > 0 && isPart(toolsets)) {
    io.out(
      "\nOther tools can still be called by name, and Proxmox refuses what these roles lack: " +
        `--toolset ${ALL_TOOLS.join(",")} prints the roles for all`,
    );
  }
}

function isPart(toolsets: ToolsetChoice): boolean {
  return toolsets !== null && !ALL_TOOLS.every((toolset) => toolsets.includes(toolset));
}

async function inspect(context: CliContext, options: CheckOptions): Promise<Report> {
  const { now } = context.io;
  let config: Config;
  try {
    config = await configOf(context, options, { serve: serveOptionsOf(options) });
    await requireTools(config);
  } catch (error) {
    const { toolset: toolsets = null } = options;
    return {
      findings: [fail("config", messageOf(error))],
      advice: [],
      backupAdvice: [],
      toolsets,
    };
  }
  const checkingBackups = Object.keys(config.backup_servers).length === 0
    ? { findings: [], advice: [] }
    : (await import("./backup_servers.ts")).checkBackupServers(config, options.toolset ?? null);
  const secrets = await checkSecretFiles(config);
  const store = await checkStore(config, now);
  const files = await checkWrittenFiles(config);
  const proxmox = await checkClusters(config, { now, toolsets: options.toolset ?? null });
  const backups = await checkingBackups;
  return {
    findings: [
      ok("config", config.file ?? "none: the environment stands for it"),
      ...aboutSources(config),
      ...await aboutScopes(config),
      ...aboutContainers(config),
      ...aboutSecrets(config),
      ...secrets,
      ...store,
      ...files,
      ...proxmox.findings,
      ...backups.findings,
      ...aboutProxies(context.io.unusedProxies ?? []),
      ...(config.server.oauth === null
        ? []
        : [await (await import("./sign_in.ts")).checkSignIn(config)]),
      ...(config.server.public_url === null && config.server.tls === null
        ? []
        : await (await import("./pages.ts")).checkPages(config)),
      ...await checkListening(config),
      ...(options.lock === false ? [] : [aboutLock(config)]),
    ],
    advice: proxmox.advice,
    backupAdvice: backups.advice,
    toolsets: options.toolset ?? config.tools.toolsets,
  };
}

/** A scope that is lower than the tool's own lets more tokens use it, which somebody should know. */
async function aboutScopes({ tools }: Config): Promise<Finding[]> {
  if (Object.keys(tools.scopes).length === 0) return [];
  const { lowered, raised } = (await import("../../mcp/tools.ts")).changedScopes(tools);
  return [
    ...lowered.map((text) => warn("scopes", text)),
    ...raised.map((text) => ok("scopes", text)),
  ];
}

function aboutContainers({ tools }: Config): Finding[] {
  const told = "on: who may call it is root in containers whose option cmode is shell";
  return tools.container_exec ? [ok("container_exec", told)] : [];
}

function aboutSecrets({ tools }: Config): Finding[] {
  const told = `on: ${tools.secrets_dir} receives secrets of Proxmox tokens, of any Proxmox user`;
  return tools.secrets_dir === null ? [] : [ok("secrets_dir", told)];
}

/** Where each value that was given comes from; all others are the defaults. */
function aboutSources({ sources }: Config): Finding[] {
  const given = Object.entries(sources);
  const isOption = (source: string) => source.startsWith("--");
  const isVariable = (source: string) => /^[A-Z_]+$/.test(source);
  const shown = (kind: string, entries: readonly string[]) =>
    entries.length === 0 ? [] : [ok("values", `from ${kind}: ${entries.join(", ")}`)];
  const named = (fits: (source: string) => boolean) =>
    given.filter(([, source]) => fits(source)).map(([key, source]) => `${key} (${source})`);
  const rest = given.filter(([, source]) => !isOption(source) && !isVariable(source));
  return [
    ...shown("the file", rest.map(([key]) => key)),
    ...shown("the environment", named(isVariable)),
    ...shown("options", named(isOption)),
  ];
}

function aboutProxies(names: readonly string[]): Finding[] {
  if (names.length === 0) return [];
  const message = `${names.join(", ")} set and not used: requests go to Proxmox only`;
  return [ok("proxy", message)];
}

function aboutLock(config: Config): Finding {
  const held = holding(config);
  if (held.missing.length > 0) {
    const remedy = `deno task compile${configOption(config)}, or deno task start`;
    return fail("lock", `this process may not ${held.missing.join(", ")}`, remedy);
  }
  if (held.tooWide.length === 0) return ok("lock", lockText(held, ownWay()));
  if (canSandbox()) return ok("lock", "locked (worker)");
  const remedy = "start with `deno task start`, or compile with `deno task compile`";
  const text = lockText(held, ownWay());
  return config.server.require_lock ? fail("lock", text, remedy) : warn("lock", text, remedy);
}
