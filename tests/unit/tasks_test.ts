import assert from "node:assert/strict";
import fc from "fast-check";
import { AppError } from "../../lib/errors.ts";
import { parseUpid, succeeded, warningsIn } from "../../lib/proxmox/tasks.ts";

Deno.test("parseUpid takes the UPIDs of users and of API tokens", () => {
  const upid = parseUpid("UPID:pve1:0000011A:00071E1D:6B0363C7:qmcreate:150:root@pam!full:");
  assert.deepEqual({ ...upid, startTime: upid.startTime.getTime() / 1000 }, {
    node: "pve1",
    startTime: 0x6B0363C7,
    type: "qmcreate",
    id: "150",
    user: "root@pam!full",
  });
  assert.equal(parseUpid("UPID:pve2:0000011C:00060623:6B0360FB:clusterjoin::root@pam:").id, "");
});

Deno.test("parseUpid refuses everything else", () => {
  for (
    const text of [
      "",
      "UPID:",
      "UPID:../x:0000011A:00071E1D:6B0363C7:a:b:c:",
      "UPID:pve1:1:2:3:a:b:c:",
    ]
  ) {
    assert.throws(() => parseUpid(text), AppError, text);
  }
  fc.assert(fc.property(fc.string(), (text) => {
    assert.throws(() => parseUpid(text), AppError);
  }));
});

Deno.test("a task has succeeded with OK and with WARNINGS only", () => {
  assert.equal(succeeded("OK"), true);
  assert.equal(succeeded("WARNINGS: 3"), true);
  assert.equal(warningsIn("WARNINGS: 3"), 3);
  for (const exit of ["", "ok", "VM 150 already running", "WARNINGS: x", "unexpected status"]) {
    assert.equal(succeeded(exit), false, exit);
  }
});
