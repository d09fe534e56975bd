import assert from "node:assert/strict";
import fc from "fast-check";
import { AppError } from "../../lib/errors.ts";
import { path, volume } from "../../lib/proxmox/api/path.ts";

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
];

Deno.test("path refuses what could leave its segment", () => {
  for (const value of HOSTILE) {
    assert.throws(
      () => path`/nodes/${value}/status`,
      (error) => error instanceof AppError && error.code === "invalid",
      JSON.stringify(value),
    );
  }
});

Deno.test("path refuses numbers that are no ids", () => {
  for (const value of [NaN, -1, 1.5, Infinity, 2 ** 60]) assert.throws(() => path`/x/${value}`);
});

Deno.test("path keeps a UPID whole", () => {
  const upid = "UPID:pve1:0000011A:00071E1D:6B0363C7:qmcreate:150:root@pam!full:";
  const built = String(path`/nodes/${"pve1"}/tasks/${upid}/status`);
  assert.equal(decodeURIComponent(built), `/nodes/pve1/tasks/${upid}/status`);
});

Deno.test("path: whatever is accepted stays one segment of the resolved URL", () => {
  fc.assert(fc.property(fc.string({ unit: "binary", maxLength: 40 }), (value) => {
    let built: string;
    try {
      built = String(path`/nodes/${value}/end`);
    } catch (error) {
      assert.ok(error instanceof AppError);
      return;
    }
    const segments = new URL(`https://host${built}`).pathname.split("/");
    assert.equal(segments.length, 4);
    assert.equal(decodeURIComponent(segments[2] ?? ""), value);
  }));
});

Deno.test("volume takes volume ids and refuses ways out", () => {
  assert.equal(
    String(path`/c/${volume("local:iso/debian 13.iso")}`),
    "/c/local%3Aiso%2Fdebian%2013.iso",
  );
  for (
    const value of [
      "local",
      "local:",
      "local:../x",
      "local:iso/../../x",
      "local:a//b",
      "../x:y",
      "local:a%2fb",
      "local:a#b",
      "local:a\nb",
    ]
  ) {
    assert.throws(() => volume(value), AppError, value);
  }
});
