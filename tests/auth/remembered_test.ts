import assert from "node:assert/strict";
import { Remembered } from "../../lib/database/remembered.ts";
import { Unchanged } from "../../lib/database/unchanged.ts";

/** A table of one column, and how often it was read. */
function tableOf(mark: (() => string) | null) {
  const rows = new Map([["a", 1], ["b", 2]]);
  const reads: (readonly string[])[] = [];
  const gate = { opened: Promise.resolve() };
  const found = new Remembered<number>({ mark }, async (keys) => {
    reads.push(keys);
    const seen = new Map(rows);
    await gate.opened;
    return seen;
  });
  return { rows, reads, gate, found };
}

Deno.test("Remembered asks once for those who ask at the same time", async () => {
  const { found, reads } = tableOf(null);
  const answers = await Promise.all(["a", "b", "a", "c"].map((key) => found.find(key)));
  assert.deepEqual(answers, [1, 2, 1, undefined]);
  assert.deepEqual(reads, [["a", "b", "c"]]);
});

Deno.test("Remembered asks again for who comes while it asks", async () => {
  const { found, gate, reads, rows } = tableOf(null);
  const { promise, resolve } = Promise.withResolvers<void>();
  gate.opened = promise;
  const first = found.find("a");
  while (reads.length === 0) await new Promise((turn) => setTimeout(turn));
  rows.set("a", 9);
  const second = found.find("a");
  resolve();
  assert.deepEqual([await first, await second], [1, 9]);
});

Deno.test("Remembered asks again only when the database has changed", async () => {
  let version = 1;
  const { found, reads, rows } = tableOf(() => String(version));
  assert.deepEqual([await found.find("a"), await found.find("a")], [1, 1]);
  assert.equal(await found.find("c"), undefined);
  assert.equal(await found.find("c"), undefined);
  assert.equal(reads.length, 3, "what is not there is not remembered");
  rows.set("a", 9);
  version++;
  assert.equal(await found.find("a"), 9);
});

Deno.test("Unchanged gives the same value until the row says something else", () => {
  const users = new Unchanged(({ name }) => ({ name }));
  const ada = users.of("1", { name: "ada" });
  assert.equal(users.of("1", { name: "ada" }), ada);
  assert.notEqual(users.of("2", { name: "ada" }), ada);
  assert.deepEqual(users.of("1", { name: "grace" }), { name: "grace" });
});
