import assert from "node:assert/strict";
import fc from "fast-check";
import { AppError } from "../../lib/errors.ts";
import { apiPath } from "../../lib/upstream/path.ts";

const HOSTILE = [
  "",
  ".",
  "..",
  "../../access/users",
  "pve1/qemu/100",
  "%2e%2e",
  "a\nb",
  "a\0",
  "a?b",
  "a#b",
  "a\\b",
  "a\u0085b",
  "a".repeat(2_001),
];

Deno.test("apiPath refuses what could leave its segment", () => {
  for (const node of HOSTILE) {
    assert.throws(
      () => apiPath("/nodes/{node}/status", { node }),
      (error) => error instanceof AppError && error.code === "invalid",
      JSON.stringify(node),
    );
  }
});

Deno.test("apiPath refuses numbers that are no ids, and a placeholder without a value", () => {
  for (const vmid of [NaN, -1, 1.5, Infinity, 2 ** 60]) {
    assert.throws(() => apiPath("/x/{vmid}", { vmid }), AppError);
  }
  assert.throws(() => apiPath("/x/{vmid}"), AppError);
});

Deno.test("apiPath keeps a UPID whole", () => {
  const upid = "UPID:pve1:0000011A:00071E1D:6B0363C7:qmcreate:150:root@pam!full:";
  const built = String(apiPath("/nodes/{node}/tasks/{upid}/status", { node: "pve1", upid }));
  assert.equal(decodeURIComponent(built), `/nodes/pve1/tasks/${upid}/status`);
});

/** Like the unit `binary`, which first makes a table of all code points. */
const codePoint = fc.oneof(
  fc.integer({ min: 0, max: 0xff }),
  fc.integer({ min: 0, max: 0xd7ff }),
  fc.integer({ min: 0xe000, max: 0x10ffff }),
).map((code) => String.fromCodePoint(code));
const anyText = fc.string({ unit: codePoint, maxLength: 40 });

Deno.test("apiPath: whatever is accepted stays one segment of the resolved URL", () => {
  for (const name of ["node", "volume", "cidr"]) {
    fc.assert(fc.property(anyText, (value) => {
      let built: string;
      try {
        built = String(apiPath(`/nodes/{${name}}/end`, { [name]: value }));
      } catch (error) {
        assert.ok(error instanceof AppError);
        return;
      }
      const segments = new URL(`https://host${built}`).pathname.split("/");
      assert.equal(segments.length, 4);
      assert.equal(decodeURIComponent(segments[2] ?? ""), value);
    }));
  }
});

Deno.test("apiPath lets volumes and networks hold slashes, and no way out", () => {
  assert.equal(
    String(apiPath("/c/{volume}", { volume: "local:iso/debian 13.iso" })),
    "/c/local%3Aiso%2Fdebian%2013.iso",
  );
  assert.equal(String(apiPath("/c/{cidr}", { cidr: "10.0.0.0/24" })), "/c/10.0.0.0%2F24");
  for (
    const volume of [
      "iso/x.iso",
      "local:../x",
      "local:iso/../../x",
      "local:a//b",
      "../x:y",
      "local:a%2fb",
      "local:iso/a#b",
      "local:a/\nb",
    ]
  ) {
    assert.throws(() => apiPath("/c/{volume}", { volume }), AppError, volume);
  }
  for (const cidr of ["10.0.0.0/../x", "10.0.0.0/24/1", "x/1"]) {
    assert.throws(() => apiPath("/c/{cidr}", { cidr }), AppError, cidr);
  }
});
