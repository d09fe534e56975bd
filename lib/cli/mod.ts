import type { Command } from "commander";
import { registerApproval } from "./approval.ts";
import { registerAudit } from "./audit.ts";
import { registerCheck } from "./check/check.ts";
import { registerClients } from "./clients.ts";
import type { CliContext } from "./context.ts";
import { registerFlags } from "./flags.ts";
import { registerHalt } from "./halt.ts";
import { registerHealth } from "./health.ts";
import { registerInit } from "./init/init.ts";
import type { Io } from "./io.ts";
import { registerMigrate } from "./migrate.ts";
import { registerRole } from "./role/role.ts";
import { createCommand, runProgram } from "./run.ts";
import { registerServe } from "./serve/serve.ts";
import { registerStdio } from "./stdio/stdio.ts";
import { registerToken } from "./token/token.ts";
import { registerTools } from "./tools.ts";
import { registerUnit } from "./unit/unit.ts";
import { registerUser } from "./user/user.ts";
import { registerVersion } from "./version.ts";

export { type Io, processIo } from "./io.ts";

/** The first argument of an executable that was compiled for a config; nobody types it. */
const DEFAULT_CONFIG = "--default-config=";

/** Runs one command line and gives its exit status: 0 success, 1 failure, 2 usage. Never throws. */
export function runCli(args: readonly string[], io: Io): Promise<number> {
  const [first = "", ...rest] = args;
  if (!first.startsWith(DEFAULT_CONFIG)) return runProgram(args, { io, create: createProgram });
  const file = first.slice(DEFAULT_CONFIG.length);
  const env = (name: string) => io.env(name) ?? (name === "PROXMOX_MCP_CONFIG" ? file : undefined);
  return runProgram(rest, { io: { ...io, env }, create: createProgram });
}

/** The whole command tree; the manual page and the shell completions are made from it too. */
export function createProgram(context: CliContext): Command {
  const program = createCommand("proxmox-mcp", context.io)
    .description("Lets AI assistants and curl operate a Proxmox VE cluster over MCP.");
  registerInit(program, context);
  registerServe(program, context);
  registerStdio(program, context);
  registerToken(program, context);
  registerUser(program, context);
  registerRole(program, context);
  registerHalt(program, context);
  registerMigrate(program, context);
  registerCheck(program, context);
  registerHealth(program, context);
  registerClients(program, context);
  registerFlags(program, context);
  registerUnit(program, context);
  registerTools(program, context);
  registerApproval(program, context);
  registerAudit(program, context);
  registerVersion(program, context);
  return program;
}
