import assert from "node:assert/strict";
import { AuditQueue } from "../../lib/audit/queue.ts";
import type { AuditRow } from "../../lib/audit/row.ts";
import { DatabaseAway } from "../../lib/database/database.ts";
import { AppError } from "../../lib/errors.ts";
import { auditRow } from "./site.ts";

/** A trail that can be told to fail. */
class Trail {
  readonly written: string[] = [];
  failure: AppError | null = null;

  append(row: AuditRow): Promise<boolean> {
    if (this.failure !== null) return Promise.reject(this.failure);
    this.written.push(row.requestId);
    return Promise.resolve(true);
  }
}

const AWAY = new DatabaseAway("Cannot reach the database: the connection was refused");
const FULL = new AppError("unavailable", "Cannot use the database: the disk is full");

function row(requestId: string): AuditRow {
  return auditRow({ requestId });
}

Deno.test("AuditQueue writes rows at once while the database is there", async () => {
  const trail = new Trail();
  const queue = new AuditQueue({ trail });
  await queue.admit();
  await queue.append(row("a"));
  assert.deepEqual(trail.written, ["a"]);
  await queue.close();
});

Deno.test("AuditQueue keeps rows in order while the database is away and says so once", async () => {
  const trail = new Trail();
  const problems: unknown[] = [];
  const queue = new AuditQueue({ trail, onProblem: (error) => problems.push(error) });
  trail.failure = AWAY;
  for (const name of ["a", "b", "c"]) {
    await queue.admit();
    await queue.append(row(name));
  }
  assert.equal(queue.length, 3);
  assert.equal(problems.length, 1);
  await queue.flush();
  assert.equal(queue.length, 3);
  trail.failure = null;
  await queue.append(row("d"));
  await queue.flush();
  assert.deepEqual(trail.written, ["a", "b", "c", "d"]);
  assert.equal(queue.length, 0);
  await queue.close();
});

Deno.test("AuditQueue lets no call in when it can keep no more rows", async () => {
  const trail = new Trail();
  const queue = new AuditQueue({ trail, max: 2 });
  trail.failure = AWAY;
  await queue.append(row("a"));
  await queue.admit();
  await queue.append(row("b"));
  await assert.rejects(queue.admit(), { code: "unavailable" });
  await assert.rejects(queue.append(row("c")), { code: "unavailable" });
  trail.failure = null;
  await queue.flush();
  await queue.admit();
  assert.deepEqual(trail.written, ["a", "b"]);
  await queue.close();
});

Deno.test("AuditQueue keeps what came of a row that was committed, however many rows wait", async () => {
  const trail = new Trail();
  const queue = new AuditQueue({ trail, max: 1 });
  await queue.commit(row("intent"));
  trail.failure = AWAY;
  await queue.append(row("a"));
  await assert.rejects(queue.append(row("b")), { code: "unavailable" });
  await queue.append(row("outcome"), { isOwed: true });
  trail.failure = null;
  await queue.flush();
  assert.deepEqual(trail.written, ["intent", "a", "outcome"]);
  await queue.close();
});

Deno.test("AuditQueue lets no call in while the database cannot be written, and loses no row", async () => {
  const trail = new Trail();
  const queue = new AuditQueue({ trail });
  await queue.admit();
  trail.failure = FULL;
  await assert.rejects(queue.append(row("ran before")), { message: FULL.message });
  await assert.rejects(queue.admit(), { message: FULL.message });
  trail.failure = null;
  await queue.admit();
  assert.deepEqual(trail.written, ["ran before"]);
  await queue.close();
});

Deno.test("AuditQueue refuses every row while the database cannot be written, and keeps each", async () => {
  const trail = new Trail();
  const queue = new AuditQueue({ trail });
  trail.failure = FULL;
  for (const name of ["a", "b", "c"]) {
    await assert.rejects(queue.append(row(name)), { message: FULL.message });
  }
  trail.failure = null;
  await queue.admit();
  assert.deepEqual(trail.written, ["a", "b", "c"]);
  trail.failure = new AppError("forbidden", "Cannot use the database: permission denied");
  await assert.rejects(queue.append(row("d")), { code: "forbidden" });
  await assert.rejects(queue.admit(), { code: "forbidden" });
  trail.failure = null;
  await queue.admit();
  assert.deepEqual(trail.written, ["a", "b", "c", "d"]);
  await queue.close();
});

Deno.test("AuditQueue commits a row in the database after all that wait, or not at all", async () => {
  const trail = new Trail();
  const queue = new AuditQueue({ trail });
  trail.failure = AWAY;
  await assert.rejects(queue.commit(row("no")), DatabaseAway);
  await queue.append(row("waits"));
  await assert.rejects(queue.commit(row("no")), DatabaseAway);
  trail.failure = null;
  await queue.commit(row("yes"));
  assert.deepEqual(trail.written, ["waits", "yes"]);
  trail.failure = FULL;
  await assert.rejects(queue.commit(row("no")), { message: FULL.message });
  assert.equal(queue.length, 0);
  await queue.close();
});

Deno.test("AuditQueue says how many rows are lost when the database does not come back", async () => {
  const trail = new Trail();
  const problems: Error[] = [];
  const queue = new AuditQueue({
    trail,
    onProblem: (error) => problems.push(error as Error),
  });
  trail.failure = AWAY;
  await queue.append(row("a"));
  await queue.append(row("b"));
  await queue.close();
  assert.equal(
    problems.at(-1)?.message,
    "Cannot write 2 audit rows: the database did not come back",
  );
});
