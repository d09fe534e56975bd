import type { Command } from "commander";
import { SCOPES } from "../../auth/scope.ts";
import { withChangeOptions } from "../account_change.ts";
import { type CliContext, withCommonOptions } from "../context.ts";
import { oneOf, shortText } from "../options.ts";
import {
  type CreateOptions,
  createRole,
  deleteRole,
  type UpdateOptions,
  updateRole,
} from "./changes.ts";
import { type ListOptions, listRoles } from "./list.ts";
import type { ChangeOptions } from "../account_change.ts";

const CREATE_NOTES = `
Example:
  proxmox-mcp role create Nightwatch --scope write --description "starts what fell over"`;

const UPDATE_NOTES = `
Whoever has the role has it as it is now, with the next request; open sessions are closed.

Examples:
  proxmox-mcp role update Nightwatch --scope user
  proxmox-mcp role update Nightwatch --name Watch --description ""`;

export function registerRole(program: Command, context: CliContext): void {
  const role = program.command("role").description("the roles that users can have");
  withCommonOptions(role.command("list"))
    .description("list the roles and what they allow")
    .option("--json", "print JSON")
    .action((options: ListOptions) => listRoles(context, options));
  withChangeOptions(role.command("create <NAME>"))
    .description("create a role")
    .requiredOption("--scope <SCOPE>", `what it allows: ${SCOPES.join(", ")}`, oneOf(SCOPES))
    .option("--description <TEXT>", "what it is for", description)
    .addHelpText("after", CREATE_NOTES)
    .action((name: string, options: CreateOptions) => createRole(context, name, options));
  withChangeOptions(role.command("update <NAME>"))
    .description("change a role, for everybody who has it")
    .option("--name <NAME>", "call it this", shortText(50))
    .option("--scope <SCOPE>", `what it allows: ${SCOPES.join(", ")}`, oneOf(SCOPES))
    .option("--description <TEXT>", "what it is for", description)
    .option("--force", "even if no active administrator is left")
    .addHelpText("after", UPDATE_NOTES)
    .action((name: string, options: UpdateOptions) => updateRole(context, name, options));
  withChangeOptions(role.command("delete <NAME>"))
    .description("remove a role that nobody has")
    .addHelpText("after", "\nExample:\n  proxmox-mcp role delete Nightwatch")
    .action((name: string, options: ChangeOptions) => deleteRole(context, name, options));
}

function description(text: string): string {
  return text === "" ? "" : shortText(1_000)(text);
}
