import type { Command } from "commander";
import { digestOf } from "../audit/digest.ts";
import { type AuditRow, rowAt } from "../audit/row.ts";
import type { AuditTrail } from "../audit/trail.ts";
import { AccountStore } from "../auth/account_store.ts";
import type { Config } from "../config/config.ts";
import type { Database } from "../database/database.ts";
import { AppError, messageOf, toAppError } from "../errors.ts";
import {
  type CliContext,
  type CommonOptions,
  refuseAsUsage,
  withCommonOptions,
} from "./context.ts";
import { localUser } from "./local_user.ts";
import { shortText } from "./options.ts";
import { type AccountReader, auditTrailOf, withReadyDatabase } from "./with_store.ts";

/** The options that every command which changes accounts has. */
export interface ChangeOptions extends CommonOptions {
  readonly by?: string;
}

/** What the audit row tells: the command's words, and what it was given, nothing secret. */
interface Told {
  readonly command: string;
  readonly given: Readonly<Record<string, unknown>>;
}

interface Parts {
  readonly database: Database;
  readonly trail: AuditTrail;
  readonly by: string;
  readonly now: () => Date;
}

export function withChangeOptions(command: Command): Command {
  return withCommonOptions(command)
    .option("--by <NAME>", "who does it (default: who runs the command)", shortText(100));
}

/** Runs a command that changes accounts. */
export function withAccounts<T>(
  context: CliContext,
  options: ChangeOptions,
  work: (accounts: Accounts, config: Config) => Promise<T>,
): Promise<T> {
  return withReadyDatabase(context, options, async (database, config) => {
    const { by = localUser() } = options;
    const trail = await auditTrailOf(config, database);
    const parts = { database, trail, by, now: context.io.now };
    return await work(new Accounts(new AccountStore(database), parts), config);
  });
}

/** The accounts as commands have them: read by anyone, changed by nothing that leaves no audit row. */
export class Accounts {
  readonly store: AccountReader;
  readonly #store: AccountStore;
  readonly #parts: Parts;

  constructor(store: AccountStore, parts: Parts) {
    this.store = store;
    this.#store = store;
    this.#parts = parts;
  }

  /**
   * Makes one change, whose intent is in the trail before and how it ended after. A refusal of what was
   * typed is a usage error.
   *
   * @throws AppError `unavailable` when the last row could not be kept; the change is made all the same
   */
  async change<T>(
    { command, given }: Told,
    work: (store: AccountStore, database: Database) => Promise<T>,
  ): Promise<T> {
    const { database, trail, by, now } = this.#parts;
    const told = JSON.stringify(given);
    const row: AuditRow = {
      ...rowAt(now()),
      user: by,
      door: "command",
      tool: command,
      scope: "admin",
      arguments: told,
      argumentsSha256: digestOf(JSON.parse(told)),
    };
    await trail.append({ ...row, outcome: "intent" });
    let result: T;
    try {
      result = await work(this.#store, database);
    } catch (error) {
      const failed = { ...row, outcome: "error", error: toAppError(error).message } as const;
      await trail.append(failed);
      return await refuseAsUsage(() => Promise.reject(error));
    }
    await trail.append(row).catch((error) => {
      const message = `Done, but the audit row could not be kept: ${messageOf(error)}`;
      throw new AppError("unavailable", message, { cause: error });
    });
    return result;
  }
}
