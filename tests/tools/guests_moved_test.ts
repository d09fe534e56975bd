import assert from "node:assert/strict";
import { Site } from "../site.ts";
import { guest, isRunning } from "./guests.ts";

Deno.test("a guest that was moved meanwhile is told as elsewhere, not as gone, and found at once", async () => {
  await using site = await Site.start();
  await site.call("get_vms");
  // HA moves it while the list is still known.
  guest(site, 101).node = "pve3";
  const answer = await site.call("start_vm", { vmid: 101 });
  assert.equal(answer.code, "conflict", answer.text);
  assert.match(answer.text, /: VM 101 is on node pve3 now, not on pve1: retry$/);
  const again = await site.call("start_vm", { vmid: 101 });
  assert.notEqual(again.code, "conflict", again.text);
});

Deno.test("a guest that is gone stays not found", async () => {
  await using site = await Site.start();
  await site.call("get_vms");
  site.fake.state.guests.delete(101);
  const { code, text } = await site.call("start_vm", { vmid: 101 });
  assert.equal(code, "not_found", text);
  assert.ok(isRunning(site, 100));
});
