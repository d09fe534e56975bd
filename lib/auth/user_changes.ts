import { BrokenReference, type Queryable } from "../database/database.ts";
import { AppError } from "../errors.ts";
import type { AccountStore } from "./account_store.ts";
import type { AccountChange, RoleRecord, UserRecord } from "./accounts.ts";
import { keepAdministrator } from "./administrators.ts";
import { endGivenApprovals } from "./given_approvals.ts";
import { unusablePassword } from "./new_rows.ts";
import * as queries from "./queries.ts";
import { userOf } from "./rows.ts";

/** Whose account is changed, and whether the last administrator may go. */
interface Whose {
  readonly username: string;
  readonly force: boolean;
}

const SET_ROLE = "UPDATE auth_user SET role_id = $1 WHERE id = $2";
const SET_ACTIVE = "UPDATE auth_user SET is_active = $1 WHERE id = $2";
const SET_PASSWORD = "UPDATE auth_user SET password = $1 WHERE id = $2";
const BROWSERS_OF = `SELECT t.id FROM auth_application_tokens t
  JOIN proxmox_mcp_sign_in s ON s.token_id = t.id
  WHERE s.user_id = $1 AND s.kind = 'browser' AND t.is_active ORDER BY t.id`;
const TOKENS_OF = "SELECT id FROM auth_application_tokens WHERE user_id = $1 ORDER BY id";
const DELETE_LIMITS = "DELETE FROM proxmox_mcp_token_limits WHERE token_id = $1";
/** Tables of the program's own whose rows are about one user: whoever comes after must not find them. */
const OWN_TABLES = [
  ...[
    "proxmox_mcp_sign_in",
    "proxmox_mcp_user_link",
    "proxmox_mcp_user_proxmox_token",
    "proxmox_mcp_passkey",
  ],
];
const DELETE_TOKENS = "DELETE FROM auth_application_tokens WHERE user_id = $1";
const DELETE_USER = "DELETE FROM auth_user WHERE id = $1";

/** Gives the user a role, or none. Throws `not_found`, and `conflict` as `keepAdministrator` does. */
export function setRole(
  store: AccountStore,
  { role, ...whose }: Whose & { readonly role: RoleRecord | null },
): Promise<UserRecord> {
  const verb = role === null ? "take the role of" : "change the role of";
  return changeUser(store, { ...whose, verb }, async ({ tx }, user) => {
    await tx.all(SET_ROLE, [role?.id ?? null, user.id]);
  });
}

/** Lets the user's tokens be good, or none of them. Throws as `setRole` does. */
export function setActive(
  store: AccountStore,
  { active, ...whose }: Whose & { readonly active: boolean },
): Promise<UserRecord> {
  const verb = active ? "enable" : "disable";
  return changeUser(store, { ...whose, verb }, async ({ tx }, user) => {
    await tx.all(SET_ACTIVE, [active, user.id]);
  });
}

/**
 * Gives the user another password. What browsers have signed in to with the one before ends, whoever knew it.
 * Gives the ids of those tokens.
 *
 * @param hash what `hashPassword` made; null lets nobody sign in by a password
 * @param keeps the browser's token that goes on
 */
export function setPassword(
  store: AccountStore,
  { username, hash, keeps }: {
    readonly username: string;
    readonly hash: string | null;
    readonly keeps?: number;
  },
): Promise<readonly number[]> {
  return store.change(async ({ tx, ownTables, concern }) => {
    const user = await findUser(tx, { username, action: `set the password of ${username}` });
    await tx.all(SET_PASSWORD, [hash ?? unusablePassword(), user.id]);
    const rows = ownTables ? await tx.all(BROWSERS_OF, [user.id]) : [];
    const ended = rows.map(({ id }) => Number(id)).filter((id) => id !== keeps);
    for (const id of ended) await tx.all(queries.REVOKE_TOKEN, [id]);
    concern(ended);
    return ended;
  });
}

/**
 * Removes the user, and their tokens where `withTokens` is set; without it tokens are a `conflict`, and so are
 * rows of other tables that refer to the user. Gives the ids of the tokens that are gone.
 */
export async function deleteUser(
  store: AccountStore,
  { withTokens, ...whose }: Whose & { readonly withTokens: boolean },
): Promise<readonly number[]> {
  const { username, force } = whose;
  const action = `delete user ${username}`;
  try {
    return await store.change(async ({ tx, forUpdate, ownTables, limitColumns, concern }) => {
      const user = await findUser(tx, { username, action });
      const tokens = (await tx.all(TOKENS_OF, [user.id])).map(({ id }) => Number(id));
      if (tokens.length > 0 && !withTokens) throw hasTokens(username, tokens);
      const work = async () => {
        for (const id of limitColumns.length > 0 ? tokens : []) await tx.all(DELETE_LIMITS, [id]);
        for (const table of ownTables ? OWN_TABLES : []) {
          await tx.all(`DELETE FROM ${table} WHERE user_id = $1`, [user.id]);
        }
        await endGivenApprovals({ tx, ownTables }, username);
        await tx.all(DELETE_TOKENS, [user.id]);
        await tx.all(DELETE_USER, [user.id]);
      };
      await keepAdministrator({ tx, forUpdate }, { action, force, work });
      concern(tokens);
      return tokens;
    });
  } catch (error) {
    if (!(error instanceof BrokenReference)) throw error;
    const place = error.table === null ? "another table" : `the table ${error.table}`;
    const message = `Cannot ${action}: rows of ${place} refer to it; ` +
      "disable the user instead, or delete it where that table is managed";
    throw new AppError("conflict", message, { cause: error });
  }
}

async function changeUser(
  store: AccountStore,
  { username, force, verb }: Whose & { readonly verb: string },
  work: (change: AccountChange, user: UserRecord) => Promise<void>,
): Promise<UserRecord> {
  const action = `${verb} user ${username}`;
  return await store.change(async (change) => {
    const { tx } = change;
    const user = await findUser(tx, { username, action });
    await keepAdministrator(change, { action, force, work: () => work(change, user) });
    await endGivenApprovals(change, username);
    change.concern((await tx.all(TOKENS_OF, [user.id])).map(({ id }) => Number(id)));
    return await findUser(tx, { username, action });
  });
}

/** The user of this name. Rejects with AppError `not_found` when there is none. */
export async function findUser(
  tx: Queryable,
  { username, action }: { username: string; action: string },
): Promise<UserRecord> {
  const [row] = await tx.all(`${queries.USER_QUERY} WHERE u.username = $1`, [username]);
  if (row !== undefined) return userOf(row);
  throw new AppError("not_found", `Cannot ${action}: there is no such user`);
}

function hasTokens(username: string, tokens: readonly number[]): AppError {
  const ids = tokens.slice(0, 10).join(", ") + (tokens.length > 10 ? ", …" : "");
  const which = tokens.length === 1 ? `token ${ids} is theirs` : `tokens ${ids} are theirs`;
  return new AppError(
    "conflict",
    `Cannot delete user ${username}: ${which}; \`--with-tokens\` deletes them too, ` +
      "`user disable` keeps everything and lets nothing in",
  );
}
