import { scopeOfRole } from "../../auth/scope.ts";
import type { CliContext, CommonOptions } from "../context.ts";
import { table } from "../table.ts";
import { withSchema } from "../with_store.ts";

export type ListOptions = CommonOptions & { readonly json?: boolean };

export async function listRoles(context: CliContext, options: ListOptions): Promise<void> {
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
