import type { Command } from "commander";
import type { Config } from "../../config/config.ts";
import { messageOf } from "../../errors.ts";
import { redactText } from "../../log/redact.ts";
import { checkSecretFiles } from "./files.ts";
import { fail, type Finding, ok, warn } from "./finding.ts";
import { checkListening } from "./listening.ts";
import { checkNetwork } from "./network.ts";
import type { ScopePrivileges } from "./privileges.ts";
import { checkStore } from "./store.ts";
import { type CliContext, configOf, withCommonOptions } from "../context.ts";
import { holding, lockText, ownWay } from "../../sandbox/held.ts";
import { canSandbox } from "../../sandbox/worker.ts";
import { type ServeArguments, serveOptionsOf, withServeOptions } from "../serve/options.ts";
import { visibleLine } from "../../log/visible.ts";

type CheckOptions = ServeArguments & { readonly json?: boolean };

const NOTES = `
Looks at the config, the secrets' file modes, the database, the Proxmox servers (name, connection,
certificate, clock, version), what the Proxmox token may do, the listening port and the lock.
Each line is ok, warn or fail with what to do; the exit status is 1 when any fails.

Examples:
  proxmox-mcp check --config /etc/proxmox-mcp/config.json
  proxmox-mcp check --json | jq '.findings[] | select(.state != "ok")'`;

interface Report {
  readonly findings: readonly Finding[];
  readonly advice: readonly ScopePrivileges[];
}

export function registerCheck(program: Command, context: CliContext): void {
  withServeOptions(withCommonOptions(program.command("check")))
    .description("say what is wrong with the config, the database, Proxmox and the lock")
    .option("--json", "print JSON")
    .addHelpText("after", NOTES)
    .action((options: CheckOptions) => check(context, options));
}

async function check(context: CliContext, options: CheckOptions): Promise<void> {
  const { io } = context;
  const report = await inspect(context, options);
  if (report.findings.some((finding) => finding.state === "fail")) context.setStatus(1);
  if (options.json) {
    return io.out(JSON.stringify({ findings: report.findings, pveum: report.advice }, null, 2));
  }
  for (const { name, state, message, remedy } of report.findings) {
    const text = visibleLine(redactText(message)) + (remedy === null ? "" : `: ${remedy}`);
    io.out(`${state.padEnd(4)}  ${name.padEnd(8)}  ${text}`);
  }
  for (const { scope, commands } of report.advice) {
    io.out(`\nFor callers with scope ${scope}, on a node:`);
    for (const command of commands) io.out(`  ${command}`);
  }
}

async function inspect(context: CliContext, options: CheckOptions): Promise<Report> {
  const { now } = context.io;
  let config: Config;
  try {
    config = await configOf(context, options, { serve: serveOptionsOf(options) });
  } catch (error) {
    return { findings: [fail("config", messageOf(error))], advice: [] };
  }
  const secrets = await checkSecretFiles(config);
  const store = await checkStore(config, now);
  const network = await checkNetwork(config, now);
  const refused = network.findings.some((finding) => finding.state === "fail");
  const proxmox = network.seen === null || refused
    ? { findings: [], advice: [] }
    : await (await import("./proxmox.ts")).checkProxmox(config, { seen: network.seen });
  return {
    findings: [
      ok("config", config.file ?? "none"),
      ...secrets,
      ...store,
      ...network.findings,
      ...proxmox.findings,
      ...aboutProxies(context.io.unusedProxies ?? []),
      ...await checkListening(config),
      aboutLock(config),
    ],
    advice: proxmox.advice,
  };
}

function aboutProxies(names: readonly string[]): Finding[] {
  if (names.length === 0) return [];
  const message = `${names.join(", ")} set and not used: requests go to Proxmox only`;
  return [ok("proxy", message)];
}

function aboutLock(config: Config): Finding {
  const held = holding(config);
  if (held.missing.length > 0) {
    const remedy = `deno task compile --config ${config.file}, or deno task start`;
    return fail("lock", `this process may not ${held.missing.join(", ")}`, remedy);
  }
  if (held.tooWide.length === 0) return ok("lock", lockText(held, ownWay()));
  if (canSandbox()) return ok("lock", "locked (worker)");
  const remedy = "start with `deno task start`, or compile with `deno task compile`";
  const text = lockText(held, ownWay());
  return config.server.require_lock ? fail("lock", text, remedy) : warn("lock", text, remedy);
}
