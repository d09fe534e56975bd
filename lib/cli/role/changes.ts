import * as changes from "../../auth/role_changes.ts";
import { type Scope, scopeOfRole } from "../../auth/scope.ts";
import { type ChangeOptions, withAccounts } from "../account_change.ts";
import { type CliContext, UsageError } from "../context.ts";
import { knownRole } from "../known.ts";

export type CreateOptions = ChangeOptions & {
  readonly scope: Scope;
  readonly description?: string;
};
export type UpdateOptions = ChangeOptions & changes.RoleEdit & { readonly force?: boolean };

export async function createRole(
  context: CliContext,
  name: string,
  options: CreateOptions,
): Promise<void> {
  const { io } = context;
  const { scope, description = "" } = options;
  await withAccounts(context, options, async (accounts) => {
    const role = await accounts.change(
      { command: "role create", given: { name, scope, description } },
      (store) => changes.createRole(store, { name, scope, description, at: io.now() }),
    );
    io.out(`created role ${role.name}: scope ${scopeOfRole(role)}`);
  });
}

export async function updateRole(
  context: CliContext,
  asked: string,
  options: UpdateOptions,
): Promise<void> {
  const { io } = context;
  const { name, scope, description, force = false } = options;
  const edit = { name, scope, description };
  if (Object.values(edit).every((value) => value === undefined)) {
    throw new UsageError("Cannot update role: name what is to change, such as --scope");
  }
  await withAccounts(context, options, async (accounts) => {
    const known = await knownRole(accounts.store, { name: asked, action: "update role" });
    const role = await accounts.change(
      { command: "role update", given: { role: known.name, ...edit, force } },
      (store) => changes.updateRole(store, { role: known.name, edit, force, at: io.now() }),
    );
    io.out(`updated role ${role.name}: scope ${scopeOfRole(role)}`);
  });
}

export async function deleteRole(
  context: CliContext,
  asked: string,
  options: ChangeOptions,
): Promise<void> {
  await withAccounts(context, options, async (accounts) => {
    const { name } = await knownRole(accounts.store, { name: asked, action: "delete role" });
    await accounts.change(
      { command: "role delete", given: { name } },
      (store) => changes.deleteRole(store, name),
    );
    context.io.out(`deleted role ${name}`);
  });
}
