import { scopeOfUser } from "../../auth/scope.ts";
import type { CliContext, CommonOptions } from "../context.ts";
import { table } from "../table.ts";
import { withSchema } from "../with_store.ts";

export type ListOptions = CommonOptions & { readonly json?: boolean };

export async function listUsers(context: CliContext, options: ListOptions): Promise<void> {
  const users = await withSchema(context, options, (store) => store.listUsers());
  const rows = users.map((user) => ({
    id: user.id,
    name: user.username,
    role: user.role?.name ?? null,
    scope: scopeOfUser(user),
    superuser: user.isSuperuser,
    active: user.isActive,
  }));
  if (options.json) return context.io.out(JSON.stringify(rows, null, 2));
  context.io.out(table(
    ["id", "name", "role", "scope", "active"],
    rows.map((row) => [
      String(row.id),
      row.name,
      row.role ?? "-",
      row.scope,
      row.active ? "yes" : "no",
    ]),
  ));
}
