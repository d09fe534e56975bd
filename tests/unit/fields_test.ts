import assert from "node:assert/strict";
import fc from "fast-check";
import {
  guestReference,
  newVmid,
  nodeName,
  snapshotName,
  storageId,
} from "../../lib/tool/fields.ts";

Deno.test("guestReference takes vmids as numbers and decimal strings, and names", () => {
  assert.equal(guestReference.parse(101), 101);
  assert.equal(guestReference.parse("101"), 101);
  for (const name of ["web1", "3cx", "db.example.org"]) {
    assert.equal(guestReference.parse(name), name);
  }
});

Deno.test("guestReference refuses what another parser would take for a vmid", () => {
  for (
    const value of [
      "101;x",
      "0x65",
      "1e3",
      "101.5",
      101.5,
      "-101",
      -101,
      "99",
      99,
      " 101",
      "1_000",
      "",
      "a b",
      "../x",
      "1000000000",
      null,
      true,
      [101],
    ]
  ) {
    assert.equal(guestReference.safeParse(value).success, false, JSON.stringify(value));
  }
});

Deno.test("guestReference: any string is a vmid in range, a plain name, or refused", () => {
  fc.assert(fc.property(fc.string(), (value) => {
    const { success, data } = guestReference.safeParse(value);
    if (!success) return;
    if (typeof data === "number") {
      assert.ok(data >= 100 && String(data) === value.replace(/^0+/, ""));
    } else assert.match(data, /^[A-Za-z0-9.-]+$/);
  }));
});

Deno.test("names that go into paths hold no separators", () => {
  for (const field of [nodeName, storageId, snapshotName]) {
    for (const value of ["", "..", "a/b", "%2e", "a\nb", "a?b", "a#b"]) {
      assert.equal(field.safeParse(value).success, false, JSON.stringify(value));
    }
  }
  assert.equal(newVmid.safeParse("101;x").success, false);
  assert.equal(newVmid.parse("150"), 150);
});
