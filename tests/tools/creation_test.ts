import assert from "node:assert/strict";
import type { ToolName } from "../../lib/mcp/tools.ts";
import { Site, type ToolAnswer } from "../site.ts";
import { until } from "../support/until.ts";
import { createAuthenticatedToken } from "../tokens.ts";
import { nameBackups, VM_BACKUP } from "./backups.ts";
import { restrict, startProbed } from "./probe.ts";
import { changes } from "./requests.ts";

type Arguments = Record<string, unknown>;

const VM = { node: "pve1", storage: "local-lvm", disk_size: 1, memory: 64 };
const CONTAINER = {
  node: "pve1",
  storage: "local-lvm",
  disk_size: 1,
  template: "debian-13-standard_13.1-2_amd64.tar.zst",
};

/** Calls a tool several times at once, by turns on each site; each call with a name of its own. */
function atOnce(
  sites: readonly Site[],
  tool: ToolName,
  calls: readonly Arguments[],
): Promise<ToolAnswer[]> {
  return Promise.all(calls.map((args, index) => {
    const site = sites[index % sites.length];
    assert.ok(site);
    return site.call(tool, args);
  }));
}

function named(key: string, count: number, args: Arguments): Arguments[] {
  return Array.from({ length: count }, (_, index) => ({ ...args, [key]: `new${index}` }));
}

/** Checks that each answer tells of a guest of its own, which has the name that was asked for. */
function assertMade(site: Site, answers: readonly ToolAnswer[], key: string): void {
  for (const answer of answers) assert.equal(answer.isError, false, answer.text);
  const vmids = answers.map((answer) => answer.value.vmid);
  assert.equal(new Set(vmids).size, answers.length, `some vmids are told twice: ${vmids}`);
  const names = vmids.map((vmid) => site.fake.state.guests.get(vmid)?.config[key]);
  assert.deepEqual(names, answers.map((_, index) => `new${index}`));
}

/** Another instance of the program, for the same cluster. */
function startBeside({ fake, folder }: Site): Promise<Site> {
  const { host, port, token } = fake;
  return Site.start({
    config: {
      proxmox: { host, port, ca_file: `${folder}/ca.pem` },
      auth: { user: token.user, token_name: token.name, token_value: token.value },
    },
  });
}

async function nextVmid(site: Site): Promise<number> {
  return (await site.call("get_next_vmid")).value.vmid;
}

/** Lets no task end before so many changes were sent: the calls do not wait for one another. */
async function endTasksAfter(site: Site, count: number): Promise<void> {
  const { state } = site.fake;
  state.taskPolls = Infinity;
  await until(() => changes(site).length === count);
  state.taskPolls = 0;
  for (const task of state.tasks) task.polls = 0;
}

Deno.test("ten VMs made at once are ten VMs, and none waits for another", async () => {
  await using site = await Site.start();
  const [answers] = await Promise.all([
    atOnce([site], "create_vm", named("name", 10, VM)),
    endTasksAfter(site, 10),
  ]);
  assertMade(site, answers, "name");
});

Deno.test("containers made at once are as many containers", async () => {
  await using site = await Site.start();
  const calls = named("hostname", 5, CONTAINER);
  assertMade(site, await atOnce([site], "create_container", calls), "hostname");
});

Deno.test("clones of templates and VMs made at once are as many guests", async () => {
  await using site = await Site.start();
  const calls = [900, 900, 900, 150, 102].map((vmid, index) => ({ vmid, name: `new${index}` }));
  const [answers] = await Promise.all([
    atOnce([site], "clone_guest", calls),
    endTasksAfter(site, calls.length),
  ]);
  assertMade(site, answers, "name");
});

Deno.test("two instances that make VMs at once make all of them", async () => {
  await using site = await Site.start();
  await using other = await startBeside(site);
  assertMade(site, await atOnce([site, other], "create_vm", named("name", 10, VM)), "name");
});

Deno.test("a vmid that somebody else takes between the question and the request is chosen anew", async () => {
  await using site = await Site.start();
  const { fake } = site;
  const vmid = await nextVmid(site);
  const at = { method: "POST", path: /pve1\/qemu$/ };
  fake.fault(at, { kind: "delay", ms: 200 }, { times: 1 });
  const call = site.call("create_vm", { ...VM, name: "new0" });
  await until(() => changes(site).length > 0);
  const template = fake.state.guests.get(101);
  assert.ok(template);
  const quicker = { ...template, vmid, config: { ...template.config, name: "quicker" } };
  fake.state.guests.set(vmid, quicker);
  assertMade(site, [await call], "name");
  assert.equal(fake.state.guests.get(vmid)?.config.name, "quicker");
  assert.equal(changes(site).length, 2);
});

Deno.test("a vmid that turns out to be taken in the task is chosen anew", async () => {
  await using site = await Site.start();
  const vmid = await nextVmid(site);
  const exit = `unable to create VM ${vmid} - VM ${vmid} already exists on node 'pve2'`;
  site.fake.state.outcomes.push({ type: "qmcreate", id: String(vmid), exit });
  const answer = await site.call("create_vm", { ...VM, name: "new0" });
  assertMade(site, [answer], "name");
  assert.notEqual(answer.value.vmid, vmid);
});

Deno.test("what exists besides the guest is no reason to choose anew", async () => {
  await using site = await Site.start();
  const at = { method: "POST", path: /pve1\/qemu$/ };
  const message = "unable to create VM - disk image 'vm-disk-0' already exists\n";
  site.fake.fault(at, { kind: "status", status: 500, message }, { times: 50 });
  const answer = await site.call("create_vm", { ...VM, name: "new0" });
  assert.match(answer.text, /already exists/);
  assert.equal(changes(site).length, 1);
});

Deno.test("a vmid that is given and in use is refused, never replaced", async () => {
  await using site = await Site.start();
  const calls: [ToolName, Arguments][] = [
    ["create_vm", { ...VM, name: "new0", vmid: 101 }],
    ["create_container", { ...CONTAINER, hostname: "new0", vmid: 101 }],
    ["clone_guest", { vmid: 150, new_vmid: 101 }],
  ];
  const before = [...site.fake.state.guests.keys()];
  for (const [tool, args] of calls) {
    const answer = await site.call(tool, args);
    assert.equal(answer.code, "conflict", answer.text);
    assert.match(answer.text, /: the vmid 101 is taken; give another one$/);
  }
  assert.equal(changes(site).length, 0);
  assert.deepEqual([...site.fake.state.guests.keys()], before);
});

Deno.test("a pool that is not there and a lack of VM.Allocate are told as what they are", async () => {
  await using site = await startProbed();
  const made: [ToolName, Arguments][] = [
    ["create_vm", { ...VM, name: "new1" }],
    ["create_container", { ...CONTAINER, hostname: "new1" }],
    ["clone_guest", { vmid: 102, name: "new1" }],
  ];
  for (const [tool, args] of made) {
    const { text } = await site.call(tool, { ...args, pool: "nosuch" });
    assert.match(text, /: pool 'nosuch' does not exist$/, tool);
  }
  restrict(
    site,
    (site.fake.state.roles.get("Administrator")?.privs ?? []).filter((each) =>
      each !== "VM.Allocate"
    ),
  );
  for (const [tool, given] of made) {
    const args = { ...given, [tool === "clone_guest" ? "new_vmid" : "vmid"]: 870 };
    const { text } = await site.call(tool, args);
    assert.match(text, /; it lacks the privilege VM\.Allocate on \/vms\/870$/, tool);
    const pooled = await site.call(tool, { ...args, pool: "dev" });
    assert.match(pooled.text, /VM\.Allocate on \/vms\/870 or \/pool\/dev$/, tool);
  }
  nameBackups(site);
  const { text } = await site.call("restore_backup", { volid: VM_BACKUP, vmid: 870 });
  assert.match(text, /; it lacks the privilege VM\.Allocate on \/vms\/870$/);
});

Deno.test("the token's limits hold for the vmid that is taken in the end", async () => {
  await using site = await Site.start();
  const from = await nextVmid(site);
  const token = await createAuthenticatedToken(site.store, {
    username: "ada",
    permission: "admin",
    now: () => new Date(),
    limits: {
      pools: null,
      tags: null,
      vmids: [{ from, to: from + 2 }],
      nodes: null,
      toolsAllow: null,
      toolsDeny: [],
      needsApproval: false,
      toolsets: null,
      clusters: null,
    },
  });
  const answers = await Promise.all(
    named("name", 6, VM).map((args) => site.call("create_vm", args, { token })),
  );
  const made = answers.filter((answer) => !answer.isError).map((answer) => answer.value.vmid);
  assert.deepEqual(made.toSorted((a, b) => a - b), [from, from + 1, from + 2]);
  const refused = answers.filter((answer) => answer.isError).map((answer) => answer.code);
  assert.deepEqual(refused, ["forbidden", "forbidden", "forbidden"]);
  assert.equal(changes(site).length, 3);
});

Deno.test("a start that comes after a guest is made or rolled back is followed, and its failure told", async () => {
  await using site = await Site.start();
  nameBackups(site);
  const calls: [ToolName, Arguments][] = [
    ["create_vm", { ...VM, name: "new0", start: true }],
    ["create_container", { ...CONTAINER, hostname: "new1", start: true }],
    ["restore_backup", { volid: VM_BACKUP, vmid: 950, start: true }],
    ["rollback_snapshot", { vmid: 100, name: "clean" }],
  ];
  for (const [tool, args] of calls) {
    site.fake.state.taskPolls = 1;
    const started = await site.call(tool, args);
    assert.equal(started.value?.guest_status, "running", started.text);
    if (tool !== "rollback_snapshot") await site.call("delete_vm", { vmid: 950, force: true });
    const type = tool === "create_container" ? "vzstart" : "qmstart";
    site.fake.state.outcomes.push({ type, exit: "start failed: no memory" });
    const { text, value } = await site.call(tool, args);
    assert.deepEqual([value?.exit_status, value?.guest_status], ["OK", "stopped"], text);
    assert.match(value.notes.join(), /the start of (?:VM|container) \d+: start failed: no memory/);
  }
});
