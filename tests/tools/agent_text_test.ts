import assert from "node:assert/strict";
import { Site } from "../site.ts";
import { lastChange } from "./requests.ts";

const TEXT = "İstanbul, grüß, 日本\n";

Deno.test("execute_vm_command passes text of any language into the guest and out of it", async () => {
  await using site = await Site.start();
  const { value, text } = await site.call("execute_vm_command", {
    vmid: 100,
    command: ["cat"],
    input_data: TEXT,
  });
  assert.equal(value?.stdout, TEXT, text);
  assert.match(String(lastChange(site).body?.["input-data"]), /^[\0-\xff]+$/);
});

Deno.test("execute_vm_command leaves output that is no UTF-8 a character a byte, and out half of one", async () => {
  await using site = await Site.start();
  const status = { path: /exec-status$/ };
  const answer = (data: Record<string, unknown>) => ({
    kind: "body" as const,
    body: JSON.stringify({ data: { exited: 1, exitcode: 0, ...data } }),
  });
  const run = () => site.call("execute_vm_command", { vmid: 100, command: ["true"] });
  site.fake.fault(status, answer({ "out-data": "gr\xfc\xdf" }));
  assert.equal((await run()).value?.stdout, "gr\xfc\xdf");
  site.fake.fault(status, answer({ "out-data": "gr\xc3\xbc\xc3", "out-truncated": 1 }));
  const cut = (await run()).value;
  assert.deepEqual([cut?.stdout, cut?.stdout_truncated], ["grü", true]);
});

Deno.test("execute_vm_command tells before anything is sent that its input is too long in bytes", async () => {
  await using site = await Site.start();
  const run = (input_data: string) =>
    site.call("execute_vm_command", { vmid: 100, command: ["cat"], input_data });
  const { code, text } = await run("é".repeat(32 * 1024 + 1));
  assert.equal(code, "invalid", text);
  assert.match(text, /input_data: must be 64 KiB of UTF-8 at most/);
  assert.equal((await run("é".repeat(32 * 1024))).value?.exit_code, 0);
});
