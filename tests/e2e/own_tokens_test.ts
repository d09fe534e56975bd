import assert from "node:assert/strict";
import type { Site, ToolAnswer } from "../site.ts";
import { grantedToken, startOwnTokens } from "../support/own_token.ts";
import { guest } from "../tools/guests.ts";

/** The only VM of the pool that the operator's token sees. */
const DEV = 150;

function everyVm({ fake }: Site): number[] {
  return [...fake.state.guests.values()].filter(({ type }) => type === "qemu")
    .map(({ vmid }) => vmid).sort((a, b) => a - b);
}

function vmids({ value, text }: ToolAnswer): number[] {
  assert.ok(value, text);
  return value.vms.map(({ vmid }: { vmid: number }) => vmid);
}

/** Whose requests Proxmox got since then, as `user!token`. */
function askers(requests: readonly { token: string }[]): string[] {
  return [...new Set(requests.map(({ token }) => token))].sort();
}

Deno.test("each user sees what the user's own Proxmox token sees, at the same moment, by every way", async () => {
  await using own = await startOwnTokens();
  const { site } = own;
  const auditor = await own.user("audrey", site.fake.tokenFor("auditor"));
  const operator = await own.user("omar", site.fake.tokenFor("operator"));
  const shared = await own.user("shirley");
  const every = everyVm(site);
  const dev = [DEV];
  for (let round = 0; round < 3; round++) {
    const [all, few, both] = await Promise.all([
      site.call("get_vms", {}, { token: auditor }),
      site.call("get_vms", {}, { token: operator }),
      site.call("get_vms", {}, { token: shared }),
    ]);
    assert.deepEqual([vmids(all), vmids(few), vmids(both)], [every, dev, every], `round ${round}`);
  }

  const sessions = await Promise.all([auditor, operator].map((token) => site.openSession(token)));
  const read = async (headers: Record<string, string>, request: object) => {
    const { text } = await site.post({ jsonrpc: "2.0", id: 2, ...request }, headers);
    return JSON.parse(/\{.*\}/s.exec(text)?.[0] ?? "null").result;
  };
  const called = (headers: Record<string, string>) =>
    read(headers, { method: "tools/call", params: { name: "get_vms", arguments: {} } });
  const [all, few] = await Promise.all(sessions.map(called));
  assert.deepEqual(
    [all, few].map(({ structuredContent }) => vmids({ value: structuredContent } as ToolAnswer)),
    [every, dev],
  );
  const completed = (headers: Record<string, string>) =>
    read(headers, {
      method: "completion/complete",
      params: {
        ref: { type: "ref/resource", uri: "pve://guests/{vmid}" },
        argument: { name: "vmid", value: "" },
      },
    });
  const choices = await Promise.all(sessions.map(completed));
  const numbers = choices.map(({ completion }) =>
    completion.values.filter((value: string) => /^\d+$/.test(value)).map(Number)
      .filter((vmid: number) => every.includes(vmid))
  );
  assert.deepEqual(numbers, [every, dev]);
  const listed = async (headers: Record<string, string>) =>
    (await read(headers, { method: "tools/list" })).tools.map(({ name }: { name: string }) => name);
  const [auditing, operating] = await Promise.all(sessions.map(listed));
  assert.equal(auditing.includes("start_vm"), false, "Proxmox lets an auditor start nothing");
  assert.equal(operating.includes("start_vm"), true);

  const rest = async (token: string) => {
    const response = await fetch(`${site.root}/api/get_vms`, {
      method: "POST",
      headers: site.headers(token),
      body: "{}",
    });
    return vmids({ value: await response.json() } as ToolAnswer);
  };
  assert.deepEqual(await Promise.all([auditor, operator].map(rest)), [every, dev]);
});

Deno.test("a change, its task and its following go out with the user's own token, which Proxmox logs", async () => {
  await using own = await startOwnTokens();
  const { site } = own;
  const { fake } = site;
  const omar = await own.user("omar", fake.tokenFor("operator"));
  const before = fake.requests.length;
  const answer = await site.call("create_snapshot", { vmid: DEV, name: "mine" }, { token: omar });
  assert.equal(answer.value?.exit_status, "OK", answer.text);
  assert.match(answer.value.upid, /:qmsnapshot:\d+:operator@pve!op:$/);
  assert.deepEqual(askers(fake.requests.slice(before)), ["operator@pve!op"]);
  const [row] = await site.trail.list({ tool: "create_snapshot" });
  assert.match(row?.upid ?? "", /operator@pve!op:$/);

  const ada = await site.call("create_snapshot", { vmid: DEV, name: "ours" });
  assert.match(ada.value?.upid, /:root@pam!mcp:$/, ada.text);
  const hers = await site.call("get_task", { upid: ada.value.upid }, { token: omar });
  assert.equal(hers.isError, true, "another's task needs a privilege");
});

Deno.test("what one changes the other is told at once", async () => {
  await using own = await startOwnTokens();
  const { site } = own;
  const omar = await own.user("omar", site.fake.tokenFor("operator"));
  const status = async (token: string) =>
    (await site.call("get_guest", { vmid: DEV }, { token })).value?.status;
  await Promise.all([status(omar), status(site.tokens.admin)]);
  const running = guest(site, DEV).status === "running";
  const moved = await site.call(running ? "stop_vm" : "start_vm", { vmid: DEV });
  assert.equal(moved.isError, false, moved.text);
  assert.equal(await status(omar), running ? "stopped" : "running");
  assert.equal(
    (await site.call("get_guest", { vmid: "sandbox1" }, { token: omar })).isError,
    false,
  );
  const name = `vm-${crypto.randomUUID().slice(0, 8)}`;
  const renamed = await site.call("update_vm", { vmid: DEV, name });
  assert.equal(renamed.isError, false, renamed.text);
  const old = await site.call("get_guest", { vmid: "sandbox1" }, { token: omar });
  assert.equal(old.code, "not_found", old.text);
  const found = await site.call("get_guest", { vmid: name }, { token: omar });
  assert.equal(found.value?.vmid, DEV, found.text);
});

Deno.test("a token that was named anew counts from the next call on", async () => {
  await using own = await startOwnTokens();
  const { site } = own;
  const token = await own.user("omar", site.fake.tokenFor("operator"));
  const few = vmids(await site.call("get_vms", {}, { token }));
  await own.name("omar", site.fake.tokenFor("auditor"));
  const all = vmids(await site.call("get_vms", {}, { token }));
  assert.deepEqual(all, everyVm(site));
  assert.ok(few.length < all.length);
});

Deno.test("a tag that needs approval holds also for whose token does not see it", async () => {
  await using own = await startOwnTokens({
    config: { tools: { approve: { tags: ["prod"] } } },
  });
  const { site } = own;
  site.fake.state.roles.set("Power", { privs: ["VM.PowerMgmt"], special: false });
  const blind = grantedToken(site, "blind@pve", { path: "/vms/100", roleid: "Power" });
  const token = await own.user("bea", blind);
  assert.deepEqual(vmids(await site.call("get_vms", {}, { token })), []);
  const call = { method: "POST", path: "/nodes/pve1/qemu/100/status/stop" };
  const answer = await site.call("change_api", call, { token });
  assert.equal(guest(site, 100).status, "running", answer.text);
  assert.match(answer.text, /blind@pve!mcp lacks the privilege VM.Audit on \/vms\/100$/);
  site.fake.state.acl.push({
    ...{ path: "/vms/101", roleid: "Power", type: "user", ugid: "blind@pve", propagate: true },
  });
  guest(site, 101).config.tags = "web";
  guest(site, 101).status = "running";
  const path = "/nodes/pve1/qemu/101/status/stop";
  await site.call("change_api", { method: "POST", path }, { token });
  assert.equal(guest(site, 101).status, "stopped", "without the tag the same goes");
});

Deno.test("work that outlasts its call goes on with the user's own token to its end", async () => {
  await using own = await startOwnTokens({
    sleep: (ms) => new Promise((resolve) => setTimeout(resolve, Math.min(ms, 10))),
  });
  const { site } = own;
  const role = { path: "/", roleid: "Administrator" };
  const token = await own.user("rita", grantedToken(site, "rita@pve", role));
  const before = site.fake.requests.length;
  const answer = await site.call("rehearse_restore", { vmid: 100 }, { token });
  assert.equal(answer.value?.state, "ended", answer.text);
  const sent = site.fake.requests.slice(before);
  assert.ok(sent.some(({ method }) => method === "DELETE"), "the copy is gone again");
  assert.deepEqual(askers(sent), ["rita@pve!mcp"]);
});
