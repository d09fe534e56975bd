import { AuditQueue } from "../../lib/audit/queue.ts";
import { AuditTrail } from "../../lib/audit/trail.ts";
import { AccountStore } from "../../lib/auth/account_store.ts";
import { openSqlite } from "../../lib/database/sqlite_database.ts";
import { AppError } from "../../lib/errors.ts";
import { print } from "../support/print.ts";
import { auditRow } from "./site.ts";

/** What a program meets that may not write as it wants, told on stdout as one line of JSON. */
export interface Outcome {
  /** Audit rows that were acknowledged. */
  readonly written: number;
  /** Code and message of each failure in turn. */
  readonly failures: readonly (readonly [string, string])[];
}

if (import.meta.main) {
  const [path = "", max] = Deno.args;
  print(JSON.stringify(await fill(path, Number(max))));
}

/** Opens the database and appends rows until it fails, then asks whether another may be. */
async function fill(path: string, max: number): Promise<Outcome> {
  const failures: [string, string][] = [];
  let written = 0;
  const note = (error: unknown) => {
    failures.push(
      error instanceof AppError ? [error.code, error.message] : ["none", String(error)],
    );
  };
  try {
    const database = await openSqlite(path);
    const queue = new AuditQueue({ trail: new AuditTrail(database) });
    const row = auditRow({ arguments: "x".repeat(2_000) });
    while (written < max && failures.length === 0) {
      await queue.append(row).then(() => written++, note);
    }
    await queue.admit().catch(note);
    await new AccountStore(database).listUsers().catch(note);
    await queue.close();
    await database.close();
  } catch (error) {
    note(error);
  }
  return { written, failures };
}
