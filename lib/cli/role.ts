import type { Command } from "commander";
import type { RoleRecord } from "../auth/accounts.ts";
import { type CliContext, type CommonOptions, withCommonOptions } from "./context.ts";
import { table } from "./table.ts";
import { withSchema } from "./with_store.ts";

type ListOptions = CommonOptions & { readonly json?: boolean };

export function registerRole(program: Command, context: CliContext): void {
  const role = program.command("role").description("the roles that users can have");
  withCommonOptions(role.command("list"))
    .description("list the roles and what they allow")
    .option("--json", "print JSON")
    .action((options: ListOptions) => listRoles(context, options));
}

/** The scope that a role allows: `user`, `write` or `admin`. */
export function scopeOfRole(role: RoleRecord): string {
  if (role.isSuperuser || role.canAdmin) return "admin";
  return role.canWrite ? "write" : "user";
}

async function listRoles(context: CliContext, options: ListOptions): Promise<void> {
  const roles = await withSchema(context, options, (store) => store.listRoles());
  const rows = roles.map((role) => ({
    id: role.id,
    name: role.name,
    scope: scopeOfRole(role),
    description: role.description,
  }));
  if (options.json) return context.io.out(JSON.stringify(rows, null, 2));
  context.io.out(table(
    ["id", "name", "scope", "description"],
    rows.map((row) => [String(row.id), row.name, row.scope, row.description]),
  ));
}
