import assert from "node:assert/strict";
import fc from "fast-check";
import { rowAt } from "../../lib/audit/row.ts";

Deno.test("rowAt: ids of calls rise with the time, and no two are the same", () => {
  const times = fc.integer({ min: 0, max: 4_102_444_800_000 });
  fc.assert(fc.property(times, times, (first, second) => {
    const [one, other] = [rowAt(new Date(first)).callId, rowAt(new Date(second)).callId];
    assert.match(one, /^[\da-f]{8}-[\da-f]{4}-7[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/);
    assert.notEqual(one, other);
    if (first !== second) assert.equal(one < other, first < second);
  }));
});
