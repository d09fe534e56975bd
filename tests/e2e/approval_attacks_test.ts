import assert from "node:assert/strict";
import type { Database } from "../../lib/database/database.ts";
import { openDatabase } from "../../lib/database/open.ts";
import { Plans } from "../../lib/database/plans.ts";
import type { AnyTool } from "../../lib/tool/tool.ts";
import approvePlan from "../../tools/approve_plan.ts";
import deleteVm from "../../tools/delete_vm.ts";
import { Site } from "../site.ts";
import { askedFor } from "../support/official_client.ts";
import { asking, hold, tokenOf } from "../support/approval.ts";
import { Folder } from "../support/folder.ts";
import { set } from "../tools/guests.ts";
import { changes } from "../tools/requests.ts";

Deno.test("what changes a guest without naming it needs the approval that its tag asks for", async (t) => {
  await using site = await Site.start({ config: { tools: { approve: { tags: ["gold"] } } } });
  for (const vmid of [101, 110]) set(vmid, { tags: "gold" })(site);
  const made = await site.call("create_backup_job", {
    ...{ id: "of-100", vmids: [100], schedule: "sun 03:00", storage: "nfs1" },
  });
  assert.equal(made.isError, false, made.text);
  const before = changes(site).length;
  const api = (method: string, path: string, params: Record<string, unknown> = {}) =>
    ["change_api", { method, path, params }] as const;
  const ways:
    (readonly [name: string, vmid: number, readonly [string, Record<string, unknown>]])[] = [
      ["a rule of HA by the API", 110, api("DELETE", "/cluster/ha/rules/web2-home")],
      [
        "a rule of HA that loses it",
        110,
        api("PUT", "/cluster/ha/rules/web2-home", { type: "node-affinity", resources: "vm:100" }),
      ],
      ["a backup job by the API", 101, api("DELETE", "/cluster/backup/backup-nightly")],
      ["a backup job", 101, ["delete_backup_job", { id: "backup-nightly" }]],
      ["its pause", 101, ["update_backup_job", { id: "backup-nightly", enabled: false }]],
      ["a backup job of all", 101, [
        "create_backup_job",
        { schedule: "sun 03:00", storage: "nfs1", all: true, keep: "keep-last=1" },
      ]],
      [
        "a backup job that becomes one of all",
        101,
        api("PUT", "/cluster/backup/of-100", { all: 1, delete: "vmid" }),
      ],
      ["the same", 101, ["update_backup_job", { id: "of-100", all: true }]],
      [
        "a disk by a name of its own",
        101,
        api("DELETE", "/nodes/pve1/storage/local/content/local:101/system.qcow2"),
      ],
      [
        "such a disk in another guest",
        101,
        api("PUT", "/nodes/pve1/qemu/100/config", { scsi5: "local:101/system.qcow2,ssd=1" }),
      ],
      ["the disks of its node", 101, api("DELETE", "/nodes/pve1/disks/zfs/rpool")],
      [
        "a disk of its node",
        101,
        api("PUT", "/nodes/pve1/disks/wipedisk", { disk: "/dev/sda" }),
      ],
      [
        "who may reach it",
        101,
        api("PUT", "/access/acl", { path: "vms//101", roles: "NoAccess", users: "operator@pve" }),
      ],
      ["a pool of Ceph", 110, api("DELETE", "/nodes/pve1/ceph/pool/rbd")],
    ];
  for (const [name, vmid, way] of ways) {
    await t.step(name, async () => {
      const plan = await hold(site, site.tokens.admin, way);
      assert.ok(plan.guests.some((each: { vmid: number }) => each.vmid === vmid));
      assert.equal(changes(site).length, before);
    });
  }
  await t.step("what is about others goes on as ever", async () => {
    const done = await site.call("change_api", {
      method: "DELETE",
      path: "/nodes/pve3/disks/zfs/tank",
    });
    assert.equal(done.isError, false, done.text);
  });
});

/** `delete_vm` that something happens to when it was let run, before it does anything. */
function deletingLate(happens: () => void): AnyTool {
  return {
    ...deleteVm,
    run: (input, context) => {
      if (!context.pve.dryRun) happens();
      return deleteVm.run(input, context);
    },
  };
}

Deno.test("a guest that was changed while the approved call waited for it is left alone", async () => {
  let isRun = false;
  const late = deletingLate(() => {
    isRun = true;
    set(101, { name: "other", memory: "8192" })(site);
  });
  await using site = await Site.start({ tools: [approvePlan, late] });
  const token = await asking(site);
  const boss = await tokenOf(site.store, "boss");
  const call = ["delete_vm", { vmid: 101 }] as const;
  const { id } = await hold(site, token, call);
  await site.call("approve_plan", { id }, { token: boss });
  const refused = await site.call(...call, { token });
  assert.ok(isRun, "the plan was released, and as it was shown, when the call began");
  assert.equal(refused.code, "conflict", refused.text);
  assert.match(refused.text, /101 got another configuration; nothing was done/);
  assert.deepEqual(changes(site), []);
  assert.notEqual((await hold(site, token, call)).id, id, "the plan is void");
});

Deno.test("a yes to a plan that is just being replaced is none to what replaces it", async () => {
  await using folder = await Folder.make();
  const database = await openDatabase(`sqlite:${folder.at("store.db")}`);
  const plans = new Plans(database, { now: () => new Date() });
  let before = () => Promise.resolve();
  const watched = new Proxy<Database>(database, {
    get: (target, key) => {
      const value = Reflect.get(target, key);
      if (key !== "write") return typeof value === "function" ? value.bind(target) : value;
      return async (...args: Parameters<Database["write"]>) => {
        if (args[0].includes("SET state = 'spent'")) await before();
        return await target.write(...args);
      };
    },
  });
  await using site = await Site.start({ openDatabase: () => Promise.resolve(watched) });
  const token = await asking(site);
  const call = ["delete_vm", { vmid: 101 }] as const;
  const { id } = await hold(site, token, call);
  set(101, { name: "other", memory: "8192" })(site);
  before = async () => {
    before = () => Promise.resolve();
    await plans.decide(id, { state: "approved", by: { user: "boss", userId: 77 } });
  };
  const refused = await site.call(...call, { token });
  assert.equal(refused.code, "conflict", refused.text);
  assert.match(refused.text, /was approved, but .*101 got another configuration; nothing was done/);
  assert.deepEqual(changes(site), []);
});

Deno.test("on Proxmox VE 8 a change of an HA group is one of the guests in it", async () => {
  await using site = await Site.start({
    pve: { version: "8.4.14" },
    config: { tools: { approve: { tags: ["gold"] } } },
  });
  const { groups } = site.fake.state.ha;
  for (const group of ["east", "west"]) groups.set(group, { group, nodes: "pve1" });
  const added = await site.call("update_ha_resource", { vmid: 110, group: "west" });
  assert.equal(added.isError, false, added.text);
  set(110, { tags: "gold" })(site);
  const move = (group: string) =>
    ["change_api", {
      ...{ method: "PUT", path: `/cluster/ha/groups/${group}`, params: { nodes: "pve3" } },
    }] as const;
  const plan = await hold(site, site.tokens.admin, move("west"));
  assert.deepEqual(plan.guests.map(({ vmid }: { vmid: number }) => vmid), [110]);
  const done = await site.call(...move("east"));
  assert.equal(done.isError, false, done.text);
});

Deno.test("a guest that the Proxmox API token does not see is not changed while tags ask for approval", async () => {
  const value = crypto.randomUUID();
  await using site = await Site.start({
    config: {
      tools: { approve: { tags: ["gold"] } },
      auth: { user: "mcp@pve", token_name: "blind", token_value: value },
    },
  });
  set(101, { tags: "gold" })(site);
  const { acl, roles, tokens, users } = site.fake.state;
  users.set("mcp@pve", { userid: "mcp@pve", enable: true, expire: 0, groups: [] });
  tokens.push({ user: "mcp@pve", name: "blind", value, privsep: false, expire: 0 });
  roles.set("Seeing", { privs: ["Sys.Audit", "VM.Audit", "VM.PowerMgmt"], special: false });
  roles.set("Blind", { privs: ["VM.PowerMgmt"], special: false });
  const grant = { type: "user", ugid: "mcp@pve", propagate: true } as const;
  acl.push({ path: "/", roleid: "Seeing", ...grant }, {
    path: "/vms/101",
    roleid: "Blind",
    ...grant,
  });
  const start = (vmid: number) =>
    site.call("change_api", { method: "POST", path: `/nodes/pve1/qemu/${vmid}/status/start` });
  const hidden = await start(101);
  assert.equal(hidden.code, "forbidden", hidden.text);
  assert.match(hidden.text, /no guest 101 is seen.*lacks VM\.Audit/);
  assert.deepEqual(changes(site), []);
});

Deno.test("a release serves once also for a call that would follow its task, which has ended", async () => {
  await using site = await Site.start({ config: { tools: { approve: { tags: ["gold"] } } } });
  set(101, { tags: "gold" })(site);
  const boss = await tokenOf(site.store, "boss");
  const call = ["change_api", {
    ...{ method: "POST", path: "/nodes/pve1/vzdump", wait: false },
    params: { all: 1, storage: "nfs1" },
  }] as const;
  const { id } = await hold(site, site.tokens.admin, call);
  await site.call("approve_plan", { id }, { token: boss });
  // Runs when the second call looks first, and not any more when it looks again.
  site.fake.state.taskPolls = 1;
  const begun = await site.call(...call);
  assert.equal(begun.isError, false, begun.text);
  const again = await site.call(...call);
  assert.equal(changes(site).length, 1, again.text);
  assert.equal(again.code, "conflict", again.text);
});

Deno.test("a yes counts for what was asked about also when the call had to wait for it", async () => {
  let isRun = false;
  const late = deletingLate(() => {
    isRun = true;
    set(101, { name: "other", memory: "8192" })(site);
  });
  await using site = await Site.start({ tools: [late] });
  const { questions, result } = await askedFor(site, ["delete_vm", { vmid: 101 }], {
    reply: { action: "accept", content: { confirm: true } },
  });
  assert.equal(questions.length, 1);
  assert.ok(isRun);
  assert.match(JSON.stringify(result.content), /asked about has changed since; call again/);
  assert.deepEqual(changes(site), []);
});
