import { AuditQueue } from "../../lib/audit/queue.ts";
import { openSqliteStore } from "../../lib/auth/store_sqlite.ts";
import { AppError } from "../../lib/errors.ts";
import { auditRow } from "./site.ts";

/** What a program meets that may not write as it wants, told on stdout as one line of JSON. */
export interface Outcome {
  /** Audit rows that were acknowledged. */
  readonly written: number;
  /** Code and message of each failure in turn. */
  readonly failures: readonly (readonly [string, string])[];
}

if (import.meta.main) {
  const [path = "", most] = Deno.args;
  say(JSON.stringify(await fill(path, Number(most))));
}

/** Opens the store and appends rows until it fails, then asks whether another may be. */
async function fill(path: string, most: number): Promise<Outcome> {
  const failures: [string, string][] = [];
  let written = 0;
  const note = (error: unknown) => {
    failures.push(
      error instanceof AppError ? [error.code, error.message] : ["none", String(error)],
    );
  };
  try {
    const store = await openSqliteStore({ path, now: () => new Date() });
    const queue = new AuditQueue({ store });
    const row = auditRow({ arguments: "x".repeat(2_000) });
    while (written < most && failures.length === 0) {
      await queue.appendAudit(row).then(() => written++, note);
    }
    await queue.checkAudit().catch(note);
    await store.listUsers().catch(note);
    await queue.close();
    await store.close();
  } catch (error) {
    note(error);
  }
  return { written, failures };
}

function say(line: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
}
