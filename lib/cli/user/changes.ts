import type { UserRecord } from "../../auth/accounts.ts";
import { scopeOfUser } from "../../auth/scope.ts";
import * as changes from "../../auth/user_changes.ts";
import { type ChangeOptions, withAccounts } from "../account_change.ts";
import { type CliContext, UsageError } from "../context.ts";
import { knownRole, requireUser } from "../known.ts";

export type CreateOptions = ChangeOptions & {
  readonly role?: string;
  readonly superuser?: boolean;
};
export type ForceOptions = ChangeOptions & { readonly force?: boolean };
export type SetRoleOptions = ForceOptions & { readonly role?: string; readonly none?: boolean };
export type DeleteOptions = ForceOptions & { readonly withTokens?: boolean };

export async function createUser(
  context: CliContext,
  name: string,
  options: CreateOptions,
): Promise<void> {
  const { io } = context;
  await withAccounts(context, options, async (accounts) => {
    const asked = options.role;
    const role = asked === undefined
      ? null
      : await knownRole(accounts.store, { name: asked, action: "create user" });
    const isSuperuser = options.superuser ?? false;
    const roleName = role?.name ?? null;
    const user = await accounts.change(
      { command: "user create", given: { name, role: roleName, superuser: isSuperuser } },
      (store) => store.createUser({ username: name, roleName, isSuperuser, createdAt: io.now() }),
    );
    const superuser = user.isSuperuser ? ", superuser" : "";
    io.out(`created user ${user.username} (${roleText(user)}${superuser})`);
  });
}

export async function setUserRole(
  context: CliContext,
  name: string,
  options: SetRoleOptions,
): Promise<void> {
  const { role: asked, none = false, force = false } = options;
  const action = `change the role of user ${name}`;
  if ((asked === undefined) !== none) {
    throw new UsageError(`Cannot ${action}: name a role, or --none`);
  }
  await withAccounts(context, options, async (accounts) => {
    await requireUser(accounts.store, { name, action });
    const role = asked === undefined
      ? null
      : await knownRole(accounts.store, { name: asked, action });
    const user = await accounts.change(
      { command: "user set-role", given: { name, role: role?.name ?? null, force } },
      (store) => changes.setRole(store, { username: name, role, force }),
    );
    context.io.out(`user ${name} has ${roleText(user)}: scope ${scopeOfUser(user)}`);
  });
}

export async function disableUser(
  context: CliContext,
  name: string,
  options: ForceOptions,
): Promise<void> {
  const { force = false } = options;
  await withAccounts(context, options, async (accounts) => {
    await requireUser(accounts.store, { name, action: "disable user" });
    await accounts.change(
      { command: "user disable", given: { name, force } },
      (store) => changes.setActive(store, { username: name, active: false, force }),
    );
    context.io.out(
      `disabled user ${name}: none of the user's tokens is good until \`user enable\``,
    );
  });
}

export async function enableUser(
  context: CliContext,
  name: string,
  options: ChangeOptions,
): Promise<void> {
  await withAccounts(context, options, async (accounts) => {
    await requireUser(accounts.store, { name, action: "enable user" });
    const user = await accounts.change(
      { command: "user enable", given: { name } },
      (store) => changes.setActive(store, { username: name, active: true, force: false }),
    );
    context.io.out(`enabled user ${name} (${roleText(user)}, scope ${scopeOfUser(user)})`);
  });
}

export async function deleteUser(
  context: CliContext,
  name: string,
  options: DeleteOptions,
): Promise<void> {
  const { force = false, withTokens = false } = options;
  await withAccounts(context, options, async (accounts) => {
    await requireUser(accounts.store, { name, action: "delete user" });
    const theirs = (await accounts.store.listTokens()).filter(({ user }) => user.username === name)
      .map(({ id }) => id);
    const tokens = await accounts.change(
      { command: "user delete", given: { name, tokens: theirs, force } },
      (store) => changes.deleteUser(store, { username: name, withTokens, force }),
    );
    const gone = tokens.length === 0 ? "" : ` and tokens ${tokens.join(", ")}`;
    context.io.out(`deleted user ${name}${gone}`);
  });
}

function roleText({ role }: UserRecord): string {
  return role === null ? "no role" : `role ${role.name}`;
}
