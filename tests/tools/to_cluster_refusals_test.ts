import assert from "node:assert/strict";
import type { FakePve } from "../fake_pve.ts";
import { guest } from "./guests.ts";
import { limited } from "./limited.ts";
import { addToken } from "./probe.ts";
import { changesIn, MOVE, startTwo, type Two } from "./two_clusters.ts";

interface Refusal {
  readonly text: RegExp;
  readonly code?: string;
  readonly args?: Record<string, unknown>;
  readonly prepare?: (two: Two) => unknown;
}

const GIB = 2 ** 30;

/** Sets options of the guest that is to go. */
function set(config: Record<string, string | number>, vmid = 101) {
  return ({ site }: Two) => Object.assign(guest(site, vmid).config, config);
}

function nodeIn({ state }: FakePve, name = "pve1") {
  const node = state.nodes.get(name);
  assert.ok(node);
  return node;
}

function storageIn({ state }: FakePve, name = "nfs1") {
  const storage = state.storages.get(name);
  assert.ok(storage);
  return storage;
}

/** Of the source. */
const DEPARTURES: readonly Refusal[] = [
  {
    text:
      /: VM 101 is locked \(backup\): wait for what holds it; .* qm unlock 101 in a shell of node pve1$/,
    prepare: set({ lock: "backup" }),
  },
  { args: { vmid: 900 }, text: /: VM 900 is a template; clone it instead$/ },
  { args: { vmid: 110 }, text: /: HA manages VM 110: take it out of HA first$/ },
  {
    text: /: VM 101 is replicated \(101-0\): delete the job first$/,
    prepare: ({ home }) =>
      home.state.replication.set("101-0", {
        ...{ id: "101-0", guest: 101, jobnum: 0, source: "pve1", target: "pve2" },
        ...{ schedule: "*/15", lastSync: 0, lastTry: 0, duration: 0, failCount: 0 },
      }),
  },
  { args: { vmid: 100 }, text: /: VM 100 has snapshots, .* another cluster: clean$/ },
  {
    text: /: VM 101 uses devices of its node: hostpci0$/,
    prepare: set({ hostpci0: "mapping=gpu" }),
  },
  {
    text: /: VM 101 has a CD image in a drive, eject it first: ide2 local:iso\/debian-13\.iso$/,
    prepare: set({ ide2: "local:iso/debian-13.iso,media=cdrom" }),
  },
  {
    args: { vmid: 202 },
    text: /: container 202 has folders of its node: mp0 \/srv\/data$/,
    prepare: set({ mp0: "/srv/data,mp=/data" }, 202),
  },
  { args: { vmid: 102, online: false }, text: /: a running VM moves with online only/ },
];

/** Of the target. */
const ARRIVALS: readonly Refusal[] = [
  {
    args: { to_cluster: "dc3" },
    code: "not_found",
    text: /no cluster dc3, .* \(did you mean dc2\?\)/,
  },
  {
    args: { to_cluster: "default" },
    code: "invalid",
    text: /it is in cluster default; migrate_guest/,
  },
  {
    args: { to_node: "pve9" },
    code: "not_found",
    text: /no node pve9 in cluster dc2, only pve1, pve2/,
  },
  {
    args: { to_node: "pve2" },
    text: /: node pve2 of cluster dc2 is offline$/,
    prepare: ({ dc2 }) => {
      dc2.state.qdevice = { algorithm: "LMS", connected: true };
      dc2.offline("pve2");
    },
  },
  {
    args: { to_vmid: 101 },
    text: /: the vmid 101 is taken in cluster dc2; give another one$/,
    prepare: ({ dc2, site }) => dc2.state.guests.set(101, guest(site, 101)),
  },
  {
    args: { to_storage: "fast" },
    text: /node pve1 of cluster dc2 has no storage fast, only local, /,
  },
  {
    text: /storage nfs1 on node pve1 of cluster dc2 does not take images, only local, local-lvm/,
    prepare: ({ dc2 }) => {
      storageIn(dc2).content = ["iso"];
    },
  },
  {
    text: /storage nfs1 on node pve1 of cluster dc2 has 10\.0 GiB free, it takes 64\.0 GiB$/,
    prepare: ({ dc2 }) => {
      Object.assign(storageIn(dc2), { total: 110 * GIB, baseUsed: 100 * GIB });
    },
  },
  {
    args: { to_storage: "nfs1:nfs1" },
    code: "invalid",
    text: /to_storage says nothing of storage local-lvm; add local-lvm:…$/,
  },
  {
    args: { to_bridge: "vmbr9" },
    text: /node pve1 of cluster dc2 has no bridge vmbr9, only vmbr0/,
  },
  {
    args: { vmid: 102, to_node: "pve1" },
    text: /: node pve1 has \d\.\d GiB of memory free, it may use/,
    prepare: ({ dc2 }) => {
      nodeIn(dc2).memoryUsed = nodeIn(dc2).memory;
    },
  },
];

for (const { args = {}, code = "conflict", prepare, text } of [...DEPARTURES, ...ARRIVALS]) {
  Deno.test(`migrate_to_cluster refuses: ${text.source}`, async () => {
    await using two = await startTwo();
    await prepare?.(two);
    const given = { cluster: "default", ...MOVE, ...args };
    const answer = await two.site.call("migrate_to_cluster", given);
    assert.match(answer.text, text);
    assert.equal(answer.code, code, answer.text);
    assert.deepEqual([...changesIn(two.home), ...changesIn(two.dc2)], []);
  });
}

Deno.test("migrate_to_cluster refuses an older Proxmox", async () => {
  await using two = await startTwo({ there: { version: "9.1.4" } });
  const { text } = await two.site.call("migrate_to_cluster", MOVE);
  assert.match(text, /cluster dc2 has Proxmox VE 9\.1\.4, which is older than 9\.2\.11: update it/);
  assert.deepEqual(changesIn(two.dc2), []);
});

Deno.test("migrate_to_cluster tells what the other cluster's API token lacks, and what gives it", async () => {
  let at = 0;
  const value = crypto.randomUUID();
  const there = { auth: { user: "mcp@pve", token_name: "mcp", token_value: value } };
  await using two = await startTwo({ thereConfig: there, monotonic: () => at });
  const { roles } = two.dc2.state;
  addToken(two.dc2.state, { name: "mcp", value, roleid: "Mcp" });
  const all = roles.get("Administrator")?.privs ?? [];
  const lacking = ["Permissions.Modify", "Sys.Incoming", "User.Modify"];
  roles.set("Mcp", { privs: all.filter((each) => !lacking.includes(each)), special: false });
  const refused = await two.site.call("migrate_to_cluster", MOVE);
  assert.match(
    refused.text,
    /token mcp@pve!mcp of cluster dc2 lacks Sys\.Incoming on \/, User\.Modify on \/access\/groups, /,
  );
  assert.match(
    refused.text,
    /`pveum role add \w+ --privs "Permissions\.Modify,Sys\.Incoming,User\.Modify"`/,
  );
  assert.match(
    refused.text,
    /`pveum acl modify \/ --users mcp@pve --roles \w+`, and the same for the token/,
  );
  assert.deepEqual(changesIn(two.dc2), []);
  roles.set("Mcp", { privs: all, special: false });
  // What a token may do is kept for two seconds.
  at += 3_000;
  const { text, value: answer } = await two.site.call("migrate_to_cluster", MOVE);
  assert.equal(answer?.exit_status, "OK", text);
});

Deno.test("migrate_to_cluster wants Sys.Modify there for what is more than a guest, before anything is sent", async () => {
  const value = crypto.randomUUID();
  const there = { auth: { user: "mcp@pve", token_name: "mcp", token_value: value } };
  for (
    const [vmid, config] of [[101, { startup: "order=1" }], [202, { unprivileged: 0 }]] as const
  ) {
    let at = 0;
    await using two = await startTwo({ thereConfig: there, monotonic: () => at });
    const { roles } = two.dc2.state;
    addToken(two.dc2.state, { name: "mcp", value, roleid: "Mcp" });
    const all = roles.get("Administrator")?.privs ?? [];
    roles.set("Mcp", { privs: all.filter((each) => each !== "Sys.Modify"), special: false });
    set(config, vmid)(two);
    const refused = await two.site.call("migrate_to_cluster", { ...MOVE, vmid });
    assert.match(refused.text, /of cluster dc2 lacks Sys\.Modify on \/; /);
    assert.deepEqual(changesIn(two.dc2), []);
    roles.set("Mcp", { privs: all, special: false });
    at += 3_000;
    const { text, value: answer } = await two.site.call("migrate_to_cluster", { ...MOVE, vmid });
    assert.equal(answer?.exit_status, "OK", text);
  }
});

Deno.test("migrate_to_cluster holds the token's limits in both clusters", async () => {
  await using two = await startTwo();
  const { dc2, site } = two;
  const call = async (limits: Parameters<typeof limited>[1], args = {}) => {
    const token = await limited(site, limits);
    return await site.call("migrate_to_cluster", { ...MOVE, ...args }, { token });
  };
  const elsewhere = await call({ clusters: ["dc2"] });
  assert.equal(elsewhere.isError, true);
  const alone = await call({ clusters: ["default"] });
  assert.match(alone.text, /there is no cluster dc2, only default/);
  const tagged = await call({ tags: ["web"] });
  assert.match(tagged.text, /no guest within the token's limits has the vmid 101/);
  const vmids = [{ from: 101, to: 101 }];
  const other = await call({ vmids }, { to_vmid: 300 });
  assert.match(other.text, /the token's limits do not include guest 300 there/);
  const pooled = await call({ pools: ["dev"] }, { vmid: 150 });
  assert.match(pooled.text, /the token's limits do not include guest 150 there/);
  const noded = await call({ nodes: ["pve1"] }, { to_node: "pve2" });
  assert.match(noded.text, /the token's limits do not include node pve2/);
  assert.deepEqual(changesIn(dc2), []);
  const within = await call({ vmids, tags: ["prod"] });
  assert.equal(within.value?.exit_status, "OK", within.text);
});
