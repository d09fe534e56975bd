import assert from "node:assert/strict";
import { migrate } from "../../lib/database/migrate.ts";
import { openDatabase } from "../../lib/database/open.ts";
import type { Content } from "../../lib/proxmox/history/content.ts";
import { differencesOf } from "../../lib/proxmox/history/differences.ts";
import { Site } from "../site.ts";
import { askedFor } from "../support/official_client.ts";
import { Folder } from "../support/folder.ts";
import { HISTORY } from "./cases/history.ts";
import { guest } from "./guests.ts";
import { testTools } from "./harness.ts";
import { HOUR_MS, Looking, remember } from "./history.ts";
import { limited } from "./limited.ts";
import { until } from "../support/until.ts";
import { changes, sent } from "./requests.ts";

type Row = Record<string, unknown>;

testTools(HISTORY);

function differences(changes: readonly Row[]): Row[] {
  return changes.filter(({ kind }) => kind === "difference");
}

Deno.test("who changed 101 yesterday is one call: the difference, who did it, and what else was done", async () => {
  await using looking = await Looking.start();
  const { site } = looking;
  await looking.pass(0);
  await site.call("update_vm", { vmid: 101, memory: 8192 });
  await site.call("update_vm", { vmid: 101, memory: 8192, dry_run: true });
  await site.call("get_guest_config", { vmid: 101 });
  await site.call("start_vm", { vmid: 101 });
  await looking.pass(2 * HOUR_MS);
  const { changes, warnings } = await looking.changes({ vmid: 101, since: "24h" });
  const [difference, ...others] = changes;
  assert.deepEqual(
    [difference.kind, difference.about, difference.what, difference.by],
    ["difference", "guest 101", "changed", ["ada: update_vm"]],
  );
  assert.deepEqual(difference.differences, [{ key: "memory", from: "4096", to: "8192" }]);
  assert.ok(Date.parse(difference.time) - Date.parse(difference.after) > HOUR_MS);
  assert.deepEqual(others.map((row: Row) => [row.kind, row.what, row.user, row.task, row.status]), [
    ["call", "start_vm", "ada", "qmstart", "OK"],
    ["call", "update_vm", "ada", undefined, "ok"],
  ]);
  assert.match(warnings.join(), /differences are known since/);
  const none = await looking.changes({ vmid: 102 });
  assert.match(none.warnings.join(), /nothing is known since \d{4}-\S*Z: since may be earlier/);
});

Deno.test("a task that nobody began here is told by itself, and with the difference that it explains", async () => {
  await using looking = await Looking.start();
  const { site } = looking;
  await looking.pass(0);
  await site.call("resize_disk", { vmid: 101, disk: "scsi0", size: "+1G" });
  guest(site, 101).firewall.options.enable = 1;
  await site.database.transaction((tx) => tx.all("DELETE FROM proxmox_mcp_audit"));
  await looking.pass(2 * HOUR_MS);
  const { changes } = await looking.changes({ vmid: 101 });
  assert.deepEqual(changes.map((row: Row) => [row.kind, row.what, row.user, row.by]), [
    ["difference", "changed", undefined, undefined],
    ["difference", "changed", undefined, ["root@pam!mcp: resize"]],
    ["task", "resize", "root@pam!mcp", undefined],
  ]);
  assert.equal(changes[2].status, "OK");
  assert.deepEqual(changes[1].differences, [
    { key: "scsi0", part: "size", from: "64G", to: "65G" },
  ]);
  const back = await site.call("restore_config", { vmid: 101, at: "90m" });
  assert.equal(back.value.unchanged, true);
  assert.ok(back.value.dry_run.notes.includes("scsi0 stays as it is: a volume keeps its size"));
});

Deno.test("a look sees guests, storages, firewall, HA and permissions, and keeps only what changed", async () => {
  await using looking = await Looking.start();
  const { state } = looking.site.fake;
  const storages = (content: string) => {
    const body = JSON.stringify({ data: [{ storage: "nfs1", type: "nfs", content, digest: "1" }] });
    return looking.site.fake.fault({ path: /^\/storage$/ }, { kind: "body", body }, { times: 9 });
  };
  const first = storages("iso,backup");
  await looking.pass(0);
  const rows = await looking.rows();
  first();
  const reordered = storages("backup,iso");
  await looking.pass(HOUR_MS);
  assert.equal(await looking.rows(), rows, "nothing has changed");
  reordered();
  storages("backup,images,iso");
  guest(looking.site, 100).firewall.rules.unshift({ type: "in", action: "DROP", enable: 1 });
  state.firewall.options.enable = 1;
  state.nodes.get("pve1")?.firewall.rules.push({
    type: "in",
    action: "ACCEPT",
    enable: 1,
    dport: "22",
  });
  state.acl.push({
    path: "/vms/101",
    roleid: "PVEAdmin",
    type: "user",
    ugid: "eve@pve",
    propagate: false,
  });
  const rule = state.ha.rules.get("web2-home");
  assert.ok(rule);
  rule.strict = 1;
  Object.assign(guest(looking.site, 100).config, { net0: "virtio=BC:24:11:00:00:99,bridge=vmbr9" });
  await looking.pass(HOUR_MS);
  const { changes } = await looking.changes();
  const told = differences(changes).flatMap(({ about, differences }) =>
    (differences as Row[]).map(({ key, part, to }) => `${about}: ${key} ${part ?? ""} → ${to}`)
  );
  assert.deepEqual(told.toSorted(), [
    "firewall of guest 100: rules  → in DROP enable=1",
    "firewall of node pve1: rules  → in ACCEPT dport=22 enable=1",
    "firewall of the cluster: option enable  → 1",
    "guest 100: net0 bridge → vmbr9",
    "guest 100: net0 virtio → BC:24:11:00:00:99",
    "ha: rule web2-home strict  → 1",
    "permissions: /vms/101 user eve@pve PVEAdmin  → here only",
    "storages: nfs1 content  → backup,images,iso",
  ]);
  const of101 = differences((await looking.changes({ vmid: 101 })).changes);
  assert.deepEqual(of101.map(({ about }) => about), ["permissions"]);
});

Deno.test("guests that come and go are told; those of an offline node have not gone", async () => {
  await using looking = await Looking.start();
  const { state } = looking.site.fake;
  await looking.pass(0);
  state.guests.delete(103);
  const pve3 = state.nodes.get("pve3");
  assert.ok(pve3);
  pve3.online = false;
  await looking.pass(HOUR_MS);
  pve3.online = true;
  await looking.site.call("clone_guest", { vmid: 900, new_vmid: 500, name: "new", full: true });
  await looking.pass(HOUR_MS);
  const { changes } = await looking.changes();
  const seen = differences(changes).map(({ vmid, what }) => `${vmid} ${what}`);
  assert.deepEqual([...new Set(seen)].toSorted(), ["103 went", "500 came"]);
  const gone = await looking.changes({ vmid: 103 });
  assert.equal(differences(gone.changes)[0]?.what, "went");
  const was = await looking.site.call("compare_config", { vmid: 103, at: "90m", other_vmid: 101 });
  assert.equal(was.value.differences.find(({ key }: Row) => key === "name").from, "protected1");
  const not = await looking.site.call("compare_config", { vmid: 103, at: "1m", other_vmid: 101 });
  assert.match(not.text, /there was no guest 103 at/);
  const early = await looking.site.call("compare_config", {
    vmid: 500,
    at: "30m",
    other_vmid: 101,
  });
  assert.match(early.text, /whether there was a guest 500 at .* is not known: it came between /);
});

Deno.test("no secret is kept", async () => {
  await using looking = await Looking.start();
  Object.assign(guest(looking.site, 101).config, {
    cipassword: "hunter2hunter2",
    args: "-vnc :1,password=S3cretS3cret",
    description: "token: ghp_S3cretS3cretS3cretS3cretS3cretS3cret",
  });
  await looking.pass(0);
  assert.equal(await looking.rows("object = 'guest/101'"), 1);
  const rows = await looking.site.database.all("SELECT content FROM proxmox_mcp_history");
  assert.doesNotMatch(JSON.stringify(rows), /S3cret|hunter2|\*{8}/);
});

Deno.test("while Proxmox is away nothing is lost, it is told once, and the next turn looks", async () => {
  await using looking = await Looking.start();
  const { site } = looking;
  const told = () => site.lines.filter((line) => line.includes("History lacks")).length;
  const back = site.fake.fault({ path: /^\/cluster\/resources$/ }, {
    kind: "status",
    status: 500,
    message: "cluster not ready\n",
  }, { times: 1e6 });
  await looking.pass(0);
  await looking.pass(HOUR_MS / 12);
  assert.deepEqual([told(), await looking.rows()], [1, 0]);
  back();
  await looking.pass(HOUR_MS / 12);
  assert.ok(await looking.rows("object = 'guest/101'") === 1);
  const asked = sent(site, "GET", /./);
  await looking.pass(HOUR_MS / 12);
  assert.equal(sent(site, "GET", /./), asked, "a look an hour is enough");
});

Deno.test("what cannot be looked at is told once and stays as it was", async () => {
  await using looking = await Looking.start();
  const { site } = looking;
  await looking.pass(0);
  const status = { kind: "status", status: 403, message: "Permission check failed\n" } as const;
  site.fake.fault({ path: /firewall/ }, status, { times: 1e6 });
  await looking.pass(HOUR_MS);
  await looking.pass(HOUR_MS);
  const told = site.lines.filter((line) => /History lacks.*firewall of .*others/.test(line));
  assert.equal(told.length, 1);
  assert.deepEqual(differences((await looking.changes()).changes), []);
});

Deno.test("at most two requests of a look are under way at once", async () => {
  await using looking = await Looking.start();
  const { site } = looking;
  const hang = { kind: "hang" } as const;
  site.fake.fault({ path: /firewall|config$|storage$|acl$|ha\// }, hang, { times: 1e6 });
  await looking.begin();
  const asked = () => sent(site, "GET", /firewall|config$|storage$|acl$|ha\//);
  await until(() => asked() === 2);
  assert.equal((await site.call("get_nodes")).isError, false);
  assert.equal(asked(), 2);
});

Deno.test("of two instances on one database one looks", async () => {
  const folder = await Folder.make();
  const open = () => openDatabase(`sqlite:${folder.at("shared.db")}`);
  await using first = await Looking.start({ openDatabase: open });
  await using second = await Looking.start({ openDatabase: open, username: "grace" });
  await first.pass(0);
  await second.pass(0);
  await second.pass(HOUR_MS / 12);
  const looks = () => [first, second].map(({ site }) => sent(site, "GET", /101\/config$/));
  assert.deepEqual(looks(), [1, 0]);
  await second.pass(HOUR_MS);
  await first.pass(HOUR_MS);
  assert.deepEqual(looks(), [1, 1]);
});

Deno.test("a guest that goes while a look is under way is no problem", async () => {
  await using looking = await Looking.start();
  const { site } = looking;
  const message = "Configuration file 'nodes/pve1/qemu-server/101.conf' does not exist\n";
  site.fake.fault({ path: /\/101\// }, { kind: "status", status: 500, message }, { times: 9 });
  await looking.pass(0);
  assert.equal(await looking.rows("object LIKE '%/101'"), 0);
  assert.deepEqual(site.lines.filter((line) => line.includes("History")), []);
});

Deno.test("what is older than history.days goes, but for how it was then", async () => {
  await using looking = await Looking.start({ config: { history: { days: 1 } } });
  await looking.pass(0);
  guest(looking.site, 101).config.memory = "1024";
  await looking.pass(HOUR_MS);
  assert.equal(await looking.rows("object = 'guest/101'"), 2);
  await looking.pass(24.5 * HOUR_MS);
  assert.equal(await looking.rows("object = 'guest/101'"), 1);
});

Deno.test("a limited token is told of its own guests only", async () => {
  await using looking = await Looking.start();
  const { site } = looking;
  await looking.pass(0);
  for (const vmid of [101, 102]) guest(site, vmid).config.description = "new";
  site.fake.state.acl.push({
    path: "/vms/101",
    roleid: "PVEAdmin",
    type: "user",
    ugid: "eve@pve",
    propagate: false,
  });
  guest(site, 103).config.tags = "x";
  for (const vmid of [101, 103]) await site.call("start_vm", { vmid });
  site.fake.state.guests.delete(103);
  await looking.pass(2 * HOUR_MS);
  const of = async (limits: Parameters<typeof limited>[1]) => {
    const { changes } = await looking.changes({}, await limited(site, limits));
    return changes.map((row: Row) => `${row.kind} ${row.vmid}`);
  };
  assert.deepEqual(await of({ vmids: [{ from: 101, to: 101 }] }), ["difference 101", "call 101"]);
  assert.deepEqual(await of({ nodes: ["pve1"] }), ["difference 101", "call 101"]);
  assert.deepEqual(await of({ tags: ["prod"] }), ["difference 101", "call 101"]);
  assert.deepEqual(await of({ vmids: [{ from: 103, to: 103 }] }), [
    ...["difference 103", "call 103"],
  ]);
  const token = await limited(site, { vmids: [{ from: 101, to: 101 }] });
  for (const vmid of [102, 103]) {
    const args = { vmid, at: "90m", other_vmid: 101 };
    const { code, text } = await site.call("compare_config", args, { token });
    assert.deepEqual(
      [code, /no guest within the token's limits/.test(text)],
      ["not_found", true],
      text,
    );
  }
});

Deno.test("restore_config names what it cannot bring back, and writes the rest in one request", async () => {
  await using site = await Site.start();
  const { config } = guest(site, 101);
  const net = String(config.net0);
  await remember(site, 101, {
    ago: HOUR_MS,
    memory: "2048",
    net0: net.replace(/(?:..:){5}../, "BC:24:11:AA:AA:AA").replace("vmbr0", "vmbr1"),
    net1: "virtio=BC:24:11:BB:BB:BB,bridge=vmbr0",
    scsi0: `${config.scsi0},ssd=1`.replace(/size=\d+G/, "size=1G"),
    scsi1: "local-lvm:vm-101-disk-7,size=4G",
    boot: "order=scsi1;net0",
    cipassword: "[redacted]",
    args: "-foo",
    smbios1: "uuid=1",
  });
  config.scsi5 = "local-lvm:vm-101-disk-5,size=4G";
  const { value, text } = await site.call("restore_config", { vmid: 101, at: "30m" });
  const [preview, seen, ...stays] = value.dry_run.notes;
  assert.match(preview, /^nothing was sent/);
  assert.match(seen, /it was seen like that from/);
  assert.deepEqual(stays.map((note: string) => note.split(" ")[0]).toSorted(), [
    ...["args", "boot", "cipassword", "scsi1", "scsi5", "smbios1"],
  ], text);
  const [request, ...others] = value.dry_run.requests;
  assert.deepEqual([request.method, others.length], ["PUT", 0]);
  const { body } = request;
  assert.deepEqual(Object.keys(body).toSorted(), ["digest", "memory", "net0", "net1", "scsi0"]);
  assert.equal(body.net0, net.replace("vmbr0", "vmbr1"), "the card keeps its address");
  assert.equal(body.scsi0, `${config.scsi0},ssd=1`, "the disk keeps its size");
});

Deno.test("restore_config leaves what only root may change, and writes the rest", async () => {
  await using site = await Site.start();
  await remember(site, 101, {
    ago: HOUR_MS,
    memory: "2048",
    hostpci0: "0000:01:00.0",
    usb0: "host=1234:5678",
    serial1: "/dev/ttyS0",
    affinity: "0-1",
    hugepages: "2",
  });
  const vm = await site.call("restore_config", { vmid: 101, at: "30m", dry_run: false });
  assert.equal(vm.isError, false, vm.text);
  assert.equal(Number(guest(site, 101).config.memory), 2048);
  assert.match(vm.text, /hostpci0[^;]*only root@pam may change it/);
  const { config } = guest(site, 202);
  config.features = "nesting=1";
  await remember(site, 202, { ago: HOUR_MS, memory: 300, features: "keyctl=1", dev0: "/dev/null" });
  const container = await site.call("restore_config", { vmid: 202, at: "30m", dry_run: false });
  assert.equal(container.isError, false, container.text);
  assert.deepEqual([Number(config.memory), config.features], [300, "nesting=1"]);
});

Deno.test("a person is asked about a restore with what goes back and what stays in view", async () => {
  await using site = await Site.start();
  await remember(site, 101, { ago: HOUR_MS, memory: "2048", cores: undefined, smbios1: "uuid=1" });
  const args = { vmid: 101, at: "30m", dry_run: false };
  const { questions } = await askedFor(site, ["restore_config", args]);
  assert.match(
    questions.join(),
    new RegExp(
      "^Really restore the configuration of guest 101\\?\nVM 101 \\(db1\\) on node pve1, stopped\n" +
        "its settings go back; it was seen like that from \\S+ to \\S+:\n" +
        'memory: "4096" → "2048"\ncores: "4" → unset\nstays as it is: smbios1\n',
    ),
  );
  assert.equal(changes(site).length, 0);
});

Deno.test("restore_config refuses what was another kind of guest", async () => {
  await using site = await Site.start();
  await remember(site, 200, { ago: HOUR_MS });
  await site.database.transaction((tx) =>
    tx.all("UPDATE proxmox_mcp_history SET object = 'guest/101'")
  );
  const other = await site.call("restore_config", { vmid: 101, at: "30m", dry_run: false });
  assert.match(other.text, /VM 101 was another guest at \S+: a container/);
});

Deno.test("without tables of the program's own there is no history; tasks are told all the same", async () => {
  const folder = await Folder.make();
  const url = `sqlite:${folder.at("test.db")}`;
  const database = await openDatabase(url);
  await migrate(database, { now: () => new Date() });
  await database.close();
  await using site = await Site.start({
    openDatabase: () => openDatabase(url, { ownTables: false }),
    config: { history: { enabled: true } },
  });
  await site.call("start_vm", { vmid: 101 });
  const { value } = await site.call("get_changes", { vmid: 101 });
  assert.deepEqual(value.changes.map((row: Row) => [row.kind, row.what]), [["task", "qmstart"]]);
  assert.deepEqual(value.warnings, ["this database keeps no history and no calls"]);
  const { text } = await site.call("compare_config", { vmid: 101, at: "1h" });
  assert.match(text, /no history is kept in a database without this program's tables/);
});

Deno.test("a difference is told by the part that differs, and what only looks different is none", () => {
  const cases: [Content, Content, unknown[]][] = [
    [{ tags: "b;a" }, { tags: "a;b" }, []],
    [{ description: "x" }, { description: "x\n" }, []],
    [{ net0: "virtio=A,bridge=b" }, { net0: "bridge=b,virtio=A" }, []],
    [{ agent: "1" }, { agent: "1,fstrim=1" }, [{ key: "agent", part: "fstrim", to: "1" }]],
    [{ scsi0: "a:1,size=1G" }, { scsi0: "a:2,size=1G" }, [
      { key: "scsi0", part: "value", from: "a:1", to: "a:2" },
    ]],
    [{ description: "a=1,b=2" }, { description: "a=1,b=3" }, [
      { key: "description", from: "a=1,b=2", to: "a=1,b=3" },
    ]],
    [{ rules: ["a", "b", "b"] }, { rules: ["b", "a", "c"] }, [
      { key: "rules", from: "b" },
      { key: "rules", to: "c" },
    ]],
    [{ rules: ["a", "b"] }, { rules: ["b", "a"] }, [
      { key: "rules", part: "order", from: "a; b", to: "b; a" },
    ]],
    [{ rules: ["a"] }, {}, [{ key: "rules", from: "a" }]],
    [{}, { cores: "2" }, [{ key: "cores", to: "2" }]],
  ];
  for (const [was, is, expected] of cases) assert.deepEqual(differencesOf(was, is), expected);
});

Deno.test("a restore that is made is no failure when it cannot be looked at afterwards", async () => {
  await using site = await Site.start();
  await remember(site, 101, { ago: HOUR_MS, memory: "2048" });
  const path = /\/101\/config$/;
  const isWritten = () => sent(site, "PUT", /\/101\/config$/) > 0;
  path.test = (text) => isWritten() && text.search(path) >= 0;
  const status = { kind: "status", status: 500, message: "no space left\n" } as const;
  site.fake.fault({ method: "GET", path }, status, { times: 9 });
  const args = { vmid: 101, at: "30m", dry_run: false };
  const { value, isError, text } = await site.call("restore_config", args);
  assert.equal(isError, false, text);
  assert.match(value.notes.join(), /what it is now is kept by the next look: no space left/);
  assert.equal(guest(site, 101).config.memory, "2048");
});
