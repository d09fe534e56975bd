import type { Queryable } from "../database/database.ts";
import { AppError } from "../errors.ts";
import type { AccountStore } from "./account_store.ts";
import type { AccountChange, TokenRecord } from "./accounts.ts";
import { endLetIn } from "./let_in.ts";
import { limitValues } from "./limit_columns.ts";
import { NO_LIMITS, type TokenLimits } from "./limits.ts";
import { noLimits } from "./new_rows.ts";
import * as queries from "./queries.ts";
import { tokenOf } from "./rows.ts";
import type { Permission } from "./scope.ts";
import { tokenState } from "./token.ts";

/** What of a token is to be another; what is not named stays. */
export interface TokenEdit {
  readonly name?: string | undefined;
  readonly permission?: Permission | undefined;
  /** Null is never. */
  readonly expires?: Date | null | undefined;
  /** Empty is any address. */
  readonly allowedIps?: string | undefined;
  /** Limits of some kinds; null takes all of them away. */
  readonly limits?: Partial<TokenLimits> | null | undefined;
}

const SET_HASH = "UPDATE auth_application_tokens SET token_hash = $1 WHERE id = $2";
const UPDATE = `UPDATE auth_application_tokens SET name = $1, permission = $2, expires = $3,
  allowed_ips = $4 WHERE id = $5`;
const DELETE_LIMITS = "DELETE FROM proxmox_mcp_token_limits WHERE token_id = $1";

/**
 * Gives the token another hash; the raw token that had the old one, and what was let in with it, is good no
 * more. Throws AppError
 * `not_found`, and `conflict` when the token is not good anyhow.
 */
export async function rotateToken(
  store: AccountStore,
  { id, tokenHash, now }: { readonly id: number; readonly tokenHash: string; readonly now: Date },
): Promise<TokenRecord> {
  return await changeToken(store, { id, action: `rotate token ${id}` }, async (change, token) => {
    const state = tokenState(token, now);
    if (state !== "active") {
      throw new AppError("conflict", `Cannot rotate token ${id}: ${WHY[state]}`);
    }
    await change.tx.all(SET_HASH, [tokenHash, id]);
    await endLetIn(change, id);
  });
}

const WHY = {
  revoked: "it is revoked; `token create --copy-limits-of` makes another like it",
  expired: "it has expired; give it more time with `token update --expires-days` first",
  "user inactive": "its user is disabled; `user enable` comes first",
};

/**
 * Ends what was let in with the token, unless only its name is another: it may do no more than the token.
 *
 * Throws AppError `not_found`, and `conflict` for limits where no table holds them.
 */
export async function updateToken(
  store: AccountStore,
  { id, edit }: { readonly id: number; readonly edit: TokenEdit },
): Promise<TokenRecord> {
  return await changeToken(store, { id, action: `update token ${id}` }, async (change, token) => {
    const { name, ...may } = given(edit);
    const { permission, expires, allowedIps } = { ...token, ...may };
    await change.tx.all(UPDATE, [name ?? token.name, permission, expires, allowedIps, id]);
    if (edit.limits !== undefined) await writeLimits(change, { token, limits: edit.limits });
    if (Object.keys(may).length > 0) await endLetIn(change, id);
  });
}

/** Without the keys that are undefined. */
function given<T extends object>(edit: T): { [Key in keyof T]?: Exclude<T[Key], undefined> } {
  const entries = Object.entries(edit).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as { [Key in keyof T]?: Exclude<T[Key], undefined> };
}

async function writeLimits(
  { tx, limitColumns }: AccountChange,
  { token, limits }: { token: TokenRecord; limits: Partial<TokenLimits> | null },
): Promise<void> {
  if (limitColumns.length === 0) {
    if (limits === null) return;
    throw noLimits();
  }
  await tx.all(DELETE_LIMITS, [token.id]);
  if (limits === null) return;
  const values = limitValues({ ...NO_LIMITS, ...token.limits, ...limits });
  // A row without any limit would be one that says nothing.
  if (values.some((value) => value !== null)) {
    await tx.all(queries.INSERT_LIMITS, [token.id, ...values]);
  }
}

async function changeToken(
  store: AccountStore,
  { id, action }: { id: number; action: string },
  work: (change: AccountChange, token: TokenRecord) => Promise<void>,
): Promise<TokenRecord> {
  return await store.change(async (change) => {
    await work(change, await findToken(change, { id, action }));
    change.concern([id]);
    return await findToken(change, { id, action });
  });
}

/** Locked until the end: of two changes at once none may be lost. */
async function findToken(
  { tx, forUpdate, limitColumns, ownTables }: AccountChange,
  { id, action }: { id: number; action: string },
): Promise<TokenRecord> {
  await lock(tx, { id, forUpdate });
  const query = queries.tokenQuery(limitColumns, { ownTables });
  const [row] = await tx.all(`${query} WHERE t.id = $1`, [id]);
  if (row !== undefined) return tokenOf(row);
  throw new AppError("not_found", `Cannot ${action}: there is no such token`);
}

async function lock(
  tx: Queryable,
  { id, forUpdate }: { id: number; forUpdate: string },
): Promise<void> {
  await tx.all(`SELECT id FROM auth_application_tokens WHERE id = $1 ${forUpdate}`, [id]);
}
