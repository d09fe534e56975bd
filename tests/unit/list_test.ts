import assert from "node:assert/strict";
import fc from "fast-check";
import { AppError } from "../../lib/errors.ts";
import { paginate } from "../../lib/proxmox/list.ts";

function walk(rows: readonly (number | string)[], limit: number): (number | string)[] {
  const seen: (number | string)[] = [];
  let cursor: string | undefined;
  do {
    const page = paginate(rows, (row) => row, { limit, cursor });
    assert.equal(page.total, rows.length);
    assert.ok(page.items.length <= limit);
    seen.push(...page.items);
    cursor = page.next_cursor;
  } while (cursor !== undefined);
  return seen;
}

Deno.test("paginate gives every row once, in order, whatever the page size", () => {
  const sizes = fc.integer({ min: 1, max: 10 });
  fc.assert(fc.property(fc.uniqueArray(fc.integer({ min: 0 })), sizes, (rows, limit) => {
    assert.deepEqual(walk(rows, limit), rows.toSorted((a, b) => a - b));
  }));
  fc.assert(fc.property(fc.uniqueArray(fc.string({ unit: "grapheme" })), sizes, (rows, limit) => {
    assert.deepEqual(walk(rows, limit), rows.toSorted());
  }));
});

Deno.test("paginate goes on behind a row that has gone meanwhile", () => {
  const first = paginate([1, 2, 3, 4], (row) => row, { limit: 2 });
  const second = paginate([1, 3, 4], (row) => row, { limit: 2, cursor: first.next_cursor });
  assert.deepEqual(second.items, [3, 4]);
});

Deno.test("paginate refuses a foreign cursor", () => {
  for (const cursor of ["", "x1", "n", "n1;2", "s%"]) {
    assert.throws(() => paginate([1], (row) => row, { limit: 1, cursor }), AppError, cursor);
  }
});
