import type { Queryable } from "../database/database.ts";
import { AppError } from "../errors.ts";
import type { AccountStore } from "./account_store.ts";
import type { RoleRecord } from "./accounts.ts";
import { keepAdministrator } from "./administrators.ts";
import { endGivenApprovals } from "./given_approvals.ts";
import * as queries from "./queries.ts";
import { roleOf } from "./rows.ts";
import { includesScope, type Scope } from "./scope.ts";

/** What of a role is to be another; what is not named stays. */
export interface RoleEdit {
  readonly name?: string | undefined;
  readonly scope?: Scope | undefined;
  readonly description?: string | undefined;
}

const INSERT = `INSERT INTO auth_user_roles
  (name, is_superuser, can_write, can_admin, description, created_at, updated_at)
  VALUES ($1, FALSE, $2, $3, $4, $5, $5)`;
const UPDATE = `UPDATE auth_user_roles SET name = $1, is_superuser = $2, can_write = $3,
  can_admin = $4, description = $5, updated_at = $6 WHERE id = $7`;
const DELETE = "DELETE FROM auth_user_roles WHERE id = $1";
const USERS_OF = "SELECT username FROM auth_user WHERE role_id = $1 ORDER BY username";
const TOKENS_OF = `SELECT t.id FROM auth_application_tokens t JOIN auth_user u ON u.id = t.user_id
  WHERE u.role_id = $1`;
const NAMES_SHOWN = 10;

/** Throws AppError `conflict` for a name that is taken, `invalid` for one that no role can have. */
export async function createRole(
  store: AccountStore,
  { name, scope, description, at }: Required<RoleEdit> & {
    readonly name: string;
    readonly scope: Scope;
    readonly description: string;
    readonly at: Date;
  },
): Promise<RoleRecord> {
  requireRoleName(name, "create role");
  return await store.change(async ({ tx }) => {
    const values = [name, mayWrite(scope), scope === "admin", description, at];
    await tx.all(INSERT, values).catch((error) => refuseTaken(error, `create role ${name}`));
    return await findRole(tx, { name, action: `create role ${name}` });
  });
}

/** Throws AppError `not_found`, and `conflict` for a name that is taken or the last administrator. */
export async function updateRole(
  store: AccountStore,
  { role: name, edit, force, at }: {
    readonly role: string;
    readonly edit: RoleEdit;
    readonly force: boolean;
    readonly at: Date;
  },
): Promise<RoleRecord> {
  const action = `update role ${name}`;
  if (edit.name !== undefined) requireRoleName(edit.name, action);
  return await store.change(async (change) => {
    const { tx } = change;
    const role = await findRole(tx, { name, action });
    const scope = edit.scope;
    const rights = scope === undefined
      ? [role.isSuperuser, role.canWrite, role.canAdmin]
      : [role.isSuperuser && scope === "admin", mayWrite(scope), scope === "admin"];
    const { name: next = role.name, description = role.description } = edit;
    const work = () =>
      tx.all(UPDATE, [next, ...rights, description, at, role.id])
        .catch((error) => refuseTaken(error, action));
    await keepAdministrator(change, { action, force, work });
    for (const { username } of scope === undefined ? [] : await tx.all(USERS_OF, [role.id])) {
      await endGivenApprovals(change, String(username));
    }
    change.concern((await tx.all(TOKENS_OF, [role.id])).map(({ id }) => Number(id)));
    return await findRole(tx, { name: next, action });
  });
}

/** Throws AppError `not_found`, and `conflict` naming the users that have the role. */
export async function deleteRole(store: AccountStore, name: string): Promise<void> {
  const action = `delete role ${name}`;
  await store.change(async ({ tx }) => {
    const role = await findRole(tx, { name, action });
    const users = (await tx.all(USERS_OF, [role.id])).map(({ username }) => String(username));
    if (users.length > 0) throw inUse(action, users);
    await tx.all(DELETE, [role.id]);
  });
}

function mayWrite(scope: Scope): boolean {
  return includesScope(scope, "write");
}

function requireRoleName(name: string, action: string): void {
  if (name.trim() !== "" && [...name].length <= 50 && !/\p{Cc}/u.test(name)) return;
  throw new AppError("invalid", `Cannot ${action}: its name must have 1 to 50 characters`);
}

async function findRole(
  tx: Queryable,
  { name, action }: { name: string; action: string },
): Promise<RoleRecord> {
  const [row] = await tx.all(`${queries.ROLE_QUERY} WHERE name = $1`, [name]);
  if (row !== undefined) return roleOf(row);
  throw new AppError("not_found", `Cannot ${action}: there is no such role`);
}

function refuseTaken(error: unknown, action: string): never {
  if (!(error instanceof AppError) || error.code !== "conflict") throw error;
  throw new AppError("conflict", `Cannot ${action}: the name is taken`, { cause: error });
}

function inUse(action: string, users: readonly string[]): AppError {
  const more = users.length > NAMES_SHOWN ? ` and ${users.length - NAMES_SHOWN} more` : "";
  const names = users.slice(0, NAMES_SHOWN).join(", ") + more;
  return new AppError(
    "conflict",
    `Cannot ${action}: it is the role of ${names}; give them another with \`user set-role\` first`,
  );
}
