import assert from "node:assert/strict";
import { AuditQueue } from "../../lib/audit/queue.ts";
import { DatabaseAway } from "../../lib/database/database.ts";
import type { AuditRow } from "../../lib/auth/store.ts";
import { AppError } from "../../lib/errors.ts";
import { auditRow } from "./site.ts";

/** A trail that can be told to fail. */
class Trail {
  readonly written: string[] = [];
  failure: AppError | null = null;

  checkAudit(): Promise<void> {
    return this.failure === null ? Promise.resolve() : Promise.reject(this.failure);
  }

  appendAudit(row: AuditRow): Promise<void> {
    if (this.failure !== null) return Promise.reject(this.failure);
    this.written.push(row.requestId);
    return Promise.resolve();
  }
}

const AWAY = new DatabaseAway("Cannot reach the database: the connection was refused");
const FULL = new AppError("unavailable", "Cannot use the database: the disk is full");

function row(requestId: string): AuditRow {
  return auditRow({ requestId });
}

Deno.test("AuditQueue writes rows at once while the database is there", async () => {
  const trail = new Trail();
  const queue = new AuditQueue({ store: trail });
  await queue.checkAudit();
  await queue.appendAudit(row("a"));
  assert.deepEqual(trail.written, ["a"]);
  await queue.close();
});

Deno.test("AuditQueue keeps rows in order while the database is away and says so once", async () => {
  const trail = new Trail();
  const problems: unknown[] = [];
  const queue = new AuditQueue({ store: trail, onProblem: (error) => problems.push(error) });
  trail.failure = AWAY;
  for (const name of ["a", "b", "c"]) {
    await queue.checkAudit();
    await queue.appendAudit(row(name));
  }
  assert.equal(queue.length, 3);
  assert.equal(problems.length, 1);
  await queue.flush();
  assert.equal(queue.length, 3);
  trail.failure = null;
  await queue.appendAudit(row("d"));
  await queue.flush();
  assert.deepEqual(trail.written, ["a", "b", "c", "d"]);
  assert.equal(queue.length, 0);
  await queue.close();
});

Deno.test("AuditQueue lets in no more calls than it can keep rows", async () => {
  const trail = new Trail();
  const queue = new AuditQueue({ store: trail, most: 2 });
  trail.failure = AWAY;
  await queue.checkAudit();
  await queue.checkAudit();
  await assert.rejects(queue.checkAudit(), { code: "unavailable" });
  await queue.appendAudit(row("a"));
  await assert.rejects(queue.checkAudit(), { code: "unavailable" });
  await queue.appendAudit(row("b"));
  await assert.rejects(queue.appendAudit(row("c")), { code: "unavailable" });
  trail.failure = null;
  await queue.flush();
  await queue.checkAudit();
  assert.deepEqual(trail.written, ["a", "b"]);
  await queue.close();
});

Deno.test("AuditQueue lets no call in while the database cannot be written, and loses no row", async () => {
  const trail = new Trail();
  const queue = new AuditQueue({ store: trail });
  await queue.checkAudit();
  trail.failure = FULL;
  await assert.rejects(queue.appendAudit(row("ran before")), { message: FULL.message });
  await assert.rejects(queue.checkAudit(), { message: FULL.message });
  trail.failure = null;
  await queue.checkAudit();
  assert.deepEqual(trail.written, ["ran before"]);
  await queue.close();
});

Deno.test("AuditQueue refuses a call at once when the database cannot be written", async () => {
  const trail = new Trail();
  const queue = new AuditQueue({ store: trail });
  trail.failure = FULL;
  await assert.rejects(queue.checkAudit(), { message: FULL.message });
  trail.failure = new AppError("forbidden", "Cannot use the database: permission denied");
  await assert.rejects(queue.checkAudit(), { code: "forbidden" });
  await assert.rejects(queue.appendAudit(row("a")), { code: "forbidden" });
  await queue.close();
});

Deno.test("AuditQueue says how many rows are lost when the database does not come back", async () => {
  const trail = new Trail();
  const problems: Error[] = [];
  const queue = new AuditQueue({
    store: trail,
    onProblem: (error) => problems.push(error as Error),
  });
  trail.failure = AWAY;
  await queue.appendAudit(row("a"));
  await queue.appendAudit(row("b"));
  await queue.close();
  assert.equal(
    problems.at(-1)?.message,
    "Cannot write 2 audit rows: the database did not come back",
  );
});
