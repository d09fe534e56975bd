import assert from "node:assert/strict";
import { Site } from "../site.ts";

Deno.test("a privilege that is missing on VM 596 is no missing program", async () => {
  await using site = await Site.start();
  const guest = site.fake.state.guests.get(100);
  assert.ok(guest);
  site.fake.state.guests.set(596, { ...guest, vmid: 596, config: { ...guest.config } });
  site.fake.fault({ method: "POST", path: /^\/nodes\/pve1\/qemu\/596\/agent\/exec$/ }, {
    kind: "status",
    status: 403,
    message: "Permission check failed (/vms/596, VM.GuestAgent.Unrestricted)\n",
  });
  const { code, text } = await site.call("execute_vm_command", { vmid: 596, command: ["id"] });
  assert.equal(code, "forbidden", text);
  assert.match(text, /lacks the privilege VM\.GuestAgent\.Unrestricted on \/vms\/596$/);
});

Deno.test("a program that is missing in the guest is suspected when the connection breaks", async () => {
  await using site = await Site.start();
  site.fake.fault({ method: "POST", path: /\/agent\/exec$/ }, { kind: "status", status: 596 });
  const { text } = await site.call("execute_vm_command", { vmid: 100, command: ["frobnicate"] });
  assert.match(text, /most often the guest has no program frobnicate that can be run/);
});

function unresolved(name: string) {
  return {
    kind: "status",
    status: 500,
    message:
      `hostname lookup '${name}' failed - failed to get address info for: ${name}: Temporary failure in name resolution\n`,
  } as const;
}

Deno.test("a name that cannot be looked up is no node only if no list of nodes has it", async () => {
  await using site = await Site.start();
  const missing = await site.call("get_node_status", { node: "pve9" });
  assert.equal(missing.code, "not_found");
  assert.match(
    missing.text,
    /node 'pve9' does not exist, only pve1, pve2, pve3; see get_nodes$/,
  );
  site.fake.fault({ path: /^\/nodes\/pve2\/status$/ }, unresolved("pve2"));
  const known = await site.call("get_node_status", { node: "pve2" });
  assert.equal(known.code, "unavailable");
  assert.match(known.text, /: hostname lookup 'pve2' failed - .*Temporary failure/);
});

Deno.test("without a list of nodes Proxmox's own words are all that is told", async () => {
  await using site = await Site.start();
  site.fake.fault({ path: /^\/cluster\/resources$/ }, {
    kind: "status",
    status: 500,
    message: "x\n",
  });
  const { text } = await site.call("get_node_status", { node: "pve9" });
  assert.match(text, /: hostname lookup 'pve9' failed/);
});

Deno.test("tokens of users and checks of Ceph that cannot be read cost nothing else", async () => {
  await using site = await Site.start();
  const users = [
    { userid: "ada@pve", tokens: [null, 7, { tokenid: "mcp" }], groups: { odd: 1 }, expire: 9e15 },
    { userid: "bob@pve", tokens: "none" },
  ];
  site.fake.fault({ path: /^\/access\/users$/ }, {
    kind: "body",
    body: JSON.stringify({ data: users }),
  });
  const { value, text } = await site.call("get_users_and_permissions");
  assert.deepEqual(value?.rows, [
    { name: "ada@pve", enabled: true, tokens: [{ name: "mcp", privilege_separated: true }] },
    { name: "bob@pve", enabled: true },
  ], text);
  const status = {
    health: { status: 7, checks: { OSD_DOWN: null, MON_DOWN: { severity: {}, summary: "x" } } },
    monmap: null,
    osdmap: [],
    pgmap: { pgs_by_state: [null, { state_name: "active", count: "3" }], bytes_total: {} },
  };
  site.fake.fault({ path: /ceph/ }, { kind: "body", body: JSON.stringify({ data: status }) });
  const ceph = await site.call("get_ceph_status");
  assert.deepEqual(ceph.value, {
    installed: true,
    health: "7",
    checks: [{ check: "OSD_DOWN", message: "" }, { check: "MON_DOWN", message: "" }],
    monitors: 0,
    placement_groups: { active: 3 },
  }, ceph.text);
});
