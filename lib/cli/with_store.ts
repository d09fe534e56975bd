import { lchown } from "node:fs/promises";
import { dirname } from "node:path";
import { readAuditKey } from "../audit/key.ts";
import { AuditTrail } from "../audit/trail.ts";
import type { TrailOptions } from "../audit/trail_options.ts";
import { AccountStore } from "../auth/account_store.ts";
import { type Config, sqlitePath } from "../config/config.ts";
import type { Database, Turn } from "../database/database.ts";
import { openDatabase } from "../database/open.ts";
import { Plans } from "../database/plans.ts";
import { checkSchema, schemaTooOld } from "../database/schema.ts";
import { type CliContext, type CommonOptions, configOf } from "./context.ts";

/** The accounts for whoever does not change them; see `withAccounts` for who does. */
export type AccountReader = Pick<
  AccountStore,
  "findToken" | "findTokensById" | "listTokens" | "listUsers" | "listRoles"
>;

/**
 * Opens the database that the config names; its schema is left as it is. A file that this creates
 * belongs to whoever its folder belongs to: root may run the first command, the server runs as another.
 *
 * @param turn see `DatabaseOptions.turn`
 */
export async function openConfiguredDatabase(config: Config, turn?: Turn): Promise<Database> {
  const path = sqlitePath(config.database.url);
  const fresh = path !== null && await ownerOf(path) === null;
  const database = await openDatabase(config.database.url, {
    ownTables: config.audit.database,
    ...(turn === undefined ? {} : { turn }),
  });
  if (fresh) await giveToOwnerOf(dirname(path), [path, `${path}-wal`, `${path}-shm`]);
  return database;
}

/** The trail in this database, signed by the key that the config names. */
export async function auditTrailOf(
  config: Config,
  database: Database,
  options: Pick<TrailOptions, "onLoss"> = {},
): Promise<AuditTrail> {
  const path = config.audit.key_file;
  const key = path === null ? null : await readAuditKey(path);
  return new AuditTrail(database, { ...options, key });
}

/** A file that root made in somebody's folder is to be used by whoever the folder belongs to. */
export async function giveToOwnerOf(folder: string, paths: readonly string[]): Promise<void> {
  const owner = await ownerOf(folder);
  for (const path of paths) {
    const current = await ownerOf(path);
    if (owner === null || current === null || current.uid === owner.uid) continue;
    await giveAway(path, owner);
  }
}

/**
 * Only root may give files away; for anyone else the file is where it should be. What is behind a link is not
 * given: whoever the folder belongs to could have put one there that leads to any file of root's.
 */
export async function giveAway(path: string, { uid, gid }: Owner): Promise<void> {
  await lchown(path, uid, gid).catch(() => {});
}

interface Owner {
  readonly uid: number;
  readonly gid: number;
}

async function ownerOf(path: string): Promise<Owner | null> {
  try {
    const { uid, gid } = await Deno.stat(path);
    return uid === null || gid === null ? null : { uid, gid };
  } catch {
    return null;
  }
}

/** Runs a command on the database, which is closed whatever happens. */
export async function withDatabase<T>(
  context: CliContext,
  options: CommonOptions,
  work: (database: Database, config: Config) => Promise<T>,
): Promise<T> {
  const config = await configOf(context, options, { secrets: "skip" });
  return await onDatabase(config, work);
}

async function onDatabase<T>(
  config: Config,
  work: (database: Database, config: Config) => Promise<T>,
): Promise<T> {
  const database = await openConfiguredDatabase(config);
  try {
    return await work(database, config);
  } finally {
    await database.close();
  }
}

/** The same on a schema that is there. Without it this says to run `migrate`, and makes no file. */
export async function withReadyDatabase<T>(
  context: CliContext,
  options: CommonOptions,
  work: (database: Database, config: Config) => Promise<T>,
): Promise<T> {
  const config = await configOf(context, options, { secrets: "skip" });
  const path = sqlitePath(config.database.url);
  // Where the folder is missing too, opening says so.
  const empty = path !== null && await isEmptyFile(path) && !await isMissing(dirname(path));
  if (empty) throw schemaTooOld(0);
  return await onDatabase(config, async (database) => {
    await checkSchema(database);
    return await work(database, config);
  });
}

/** True for a file that is not there either. */
export async function isEmptyFile(path: string): Promise<boolean> {
  try {
    return (await Deno.stat(path)).size === 0;
  } catch (error) {
    return error instanceof Deno.errors.NotFound;
  }
}

/** False where that may not be looked at: an executable that is locked sees its files, and no folder. */
async function isMissing(folder: string): Promise<boolean> {
  try {
    await Deno.stat(folder);
    return false;
  } catch (error) {
    return error instanceof Deno.errors.NotFound;
  }
}

/** Runs a command that reads the accounts. */
export function withSchema<T>(
  context: CliContext,
  options: CommonOptions,
  work: (store: AccountReader) => Promise<T>,
): Promise<T> {
  return withReadyDatabase(context, options, (database) => work(new AccountStore(database)));
}

/** The same to read the audit trail, for which nobody needs its key. */
export function withAuditTrail<T>(
  context: CliContext,
  options: CommonOptions,
  work: (trail: AuditTrail) => Promise<T>,
): Promise<T> {
  return withReadyDatabase(context, options, (database) => work(new AuditTrail(database)));
}

/** The same on the plans that wait for approval, with the trail that tells who decided. */
export function withPlans<T>(
  context: CliContext,
  options: CommonOptions,
  work: (plans: Plans, trail: AuditTrail) => Promise<T>,
): Promise<T> {
  return withReadyDatabase(
    context,
    options,
    async (database, config) =>
      work(new Plans(database, { now: context.io.now }), await auditTrailOf(config, database)),
  );
}

/** The same to check its rows or to write some. */
export function withSignedTrail<T>(
  context: CliContext,
  options: CommonOptions,
  work: (trail: AuditTrail) => Promise<T>,
): Promise<T> {
  return withReadyDatabase(
    context,
    options,
    async (database, config) => work(await auditTrailOf(config, database)),
  );
}
