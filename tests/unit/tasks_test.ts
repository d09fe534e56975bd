import assert from "node:assert/strict";
import fc from "fast-check";
import { guestsInLog, guestsNamed } from "../../lib/proxmox/cluster/task_reach.ts";
import { AppError } from "../../lib/errors.ts";
import { parseUpid, succeeded, warningsIn } from "../../lib/proxmox/tasks.ts";
import { followTask } from "../../lib/upstream/task_end.ts";

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

Deno.test("guestsNamed reads the guests of a task's id, guestsInLog those of a backup's log", () => {
  const named: [string | undefined, number[] | undefined][] = [
    ["101", [101]],
    ["101,102", [101, 102]],
    ["104@local", [104]],
    ["", undefined],
    [undefined, undefined],
    ["local", undefined],
    ["99", undefined],
    ["101,x", undefined],
    ["debian-13.iso", undefined],
  ];
  for (const [id, vmids] of named) assert.deepEqual(guestsNamed(id), vmids, id);
  const begin = (line: string) => [`INFO: starting new backup job: vzdump${line}`];
  const logs: [string[], number[], boolean][] = [
    [begin(" 101 102 --storage local --quiet 1"), [101, 102], false],
    [[...begin(" 101 102 --mode stop"), "INFO: skip external VMs: 200, 201"], [
      ...[101, 102, 200, 201],
    ], false],
    [begin(" --all 1 --exclude 103"), [], true],
    [begin(" --mode stop --pool dev"), [], true],
    [begin(" 101 --storage local --all 1"), [101], true],
    [["no content"], [], true],
    [[], [], true],
  ];
  for (const [lines, vmids, others] of logs) {
    assert.deepEqual(guestsInLog(lines), { vmids, others }, lines.join());
  }
});

Deno.test("a task is followed through failures that may pass, and not for ever", async () => {
  const waiting = { now: () => new Date(0), sleep: () => Promise.resolve() };
  const follow = (failures: number) => {
    let left = failures;
    return followTask(waiting, {
      read: () =>
        left-- > 0
          ? Promise.reject(new AppError("unavailable", "away"))
          : Promise.resolve({ status: "stopped" }),
      timeoutMs: 1,
      patienceMs: 1,
      runner: "Proxmox",
      advice: "look at it",
    });
  };
  assert.equal((await follow(5)).because, "it ended");
  await assert.rejects(follow(6), {
    code: "unavailable",
    message: "Proxmox accepted the task, but its end is unknown: away; look at it",
  });
});
