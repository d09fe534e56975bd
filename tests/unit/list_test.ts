import assert from "node:assert/strict";
import fc from "fast-check";
import { AppError } from "../../lib/errors.ts";
import { type Order, paginate } from "../../lib/proxmox/list.ts";

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

interface Row {
  readonly id: number;
  readonly of?: string | number | boolean;
}

/** Walks through the pages, each with the cursor of the one before. */
function walkSorted(rows: readonly Row[], sort: Order, limit: number): number[] {
  const seen: number[] = [];
  let cursor: string | undefined;
  do {
    const page = paginate(rows, ({ id }) => id, { limit, cursor, sort });
    seen.push(...page.items.map(({ id }) => id));
    cursor = page.next_cursor;
  } while (cursor !== undefined);
  return seen;
}

Deno.test("paginate gives every row once in any order, the other way round descending", () => {
  const values = fc.oneof(fc.integer(), fc.double({ noNaN: true, noDefaultInfinity: true }));
  const texts = fc.string({ unit: "binary" });
  const columns = fc.oneof(values, texts, fc.boolean());
  const rows = fc.array(fc.option(columns, { nil: undefined })).map((found) =>
    found.map((of, id): Row => of === undefined ? { id } : { id, of })
  );
  fc.assert(fc.property(rows, fc.integer({ min: 1, max: 10 }), (rows, limit) => {
    const up = walkSorted(rows, { column: "of", descending: false }, limit);
    const down = walkSorted(rows, { column: "of", descending: true }, limit);
    assert.deepEqual(up.toSorted((a, b) => a - b), rows.map(({ id }) => id));
    assert.deepEqual(down.toSorted((a, b) => a - b), rows.map(({ id }) => id));
    const unknown = rows.filter(({ of }) => of === undefined).map(({ id }) => id);
    const known = rows.length - unknown.length;
    assert.deepEqual(up.slice(known), unknown);
    assert.deepEqual(down.slice(known), unknown);
    const valueAt = (id: number) => rows[id]?.of;
    const same = rows.every(({ of }) => of === undefined || typeof of === "number");
    if (same) {
      assert.deepEqual(
        down.slice(0, known).map(valueAt),
        up.slice(0, known).map(valueAt).reverse(),
      );
    }
  }));
});

Deno.test("paginate goes on in an order behind a row that has gone meanwhile", () => {
  const sort = { column: "of", descending: true };
  const key = ({ id }: Row) => id;
  const rows = [{ id: 1, of: 5 }, { id: 2, of: 9 }, { id: 3, of: 5 }, { id: 4 }];
  const first = paginate(rows, key, { limit: 2, sort });
  assert.deepEqual(first.items.map(key), [2, 1]);
  const cursor = first.next_cursor;
  const second = paginate(rows.slice(1), key, { limit: 2, sort, cursor });
  assert.deepEqual(second.items.map(key), [3, 4]);
});
