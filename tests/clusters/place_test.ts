import assert from "node:assert/strict";
import type { Site } from "../site.ts";
import { createLimitedToken } from "../tokens.ts";
import { changesOf, twoClusters, unplug } from "./sites.ts";

const seconds = (site: Site, tool: string, args: Record<string, unknown>) =>
  site.call(tool, args).then(({ code, text }) => `${code}: ${text}`);

Deno.test("a guest that is in one cluster is found by its vmid, and by its name", async () => {
  await using site = await twoClusters();
  const stopped = [...site.fakes.dc2?.state.guests.values() ?? []]
    .filter(({ vmid, status, type }) => vmid >= 1000 && status === "stopped" && type === "qemu");
  const [byId, byName] = stopped;
  assert.ok(byId && byName);
  for (const vmid of [byId.vmid, String(byName.config.name)]) {
    const { value, text } = await site.call("start_vm", { vmid });
    assert.deepEqual([value?.cluster, value?.guest_status], ["dc2", "running"], text);
  }
  assert.equal(changesOf(site, "dc2").length, 2);
  assert.deepEqual(changesOf(site, "default"), []);
});

Deno.test("a guest that is in two clusters is a conflict that names both, unless one is named", async () => {
  await using site = await twoClusters();
  assert.equal(
    await seconds(site, "shutdown_vm", { vmid: 100 }),
    "conflict: Cannot shut down VM 100: guest 100 is in default and in dc2: name the cluster: default or dc2",
  );
  assert.match(
    await seconds(site, "get_snapshots", { vmid: "web1" }),
    /^conflict: .*default and in dc2/,
  );
  assert.deepEqual([changesOf(site, "default"), changesOf(site, "dc2")], [[], []]);
  const { value } = await site.call("shutdown_vm", { vmid: 100, cluster: "dc2" });
  assert.deepEqual([value.cluster, value.guest_status], ["dc2", "stopped"]);
  assert.deepEqual(changesOf(site, "default"), []);
  const read = await site.call("get_guest", { vmid: 100, cluster: "default" });
  assert.deepEqual([read.value.cluster, read.value.status], ["default", "running"]);
});

Deno.test("a guest that no cluster has is told as where there is one", async () => {
  await using site = await twoClusters();
  assert.equal(
    await seconds(site, "start_vm", { vmid: 999 }),
    "not_found: Cannot start VM 999: no guest has the vmid 999; see find_guests",
  );
});

Deno.test("a node, a storage, a pool and a task's node tell the cluster; what several have does not", async () => {
  await using site = await twoClusters();
  const dc2 = site.fakes.dc2;
  assert.ok(dc2);
  assert.equal((await site.call("get_node_status", { node: "pve4" })).value.cluster, "dc2");
  assert.match(
    await seconds(site, "get_node_status", { node: "pve1" }),
    /^invalid: .*node pve1 is in default and in dc2: name the cluster: default or dc2$/,
  );
  assert.match(
    await seconds(site, "get_node_status", { node: "pve9" }),
    /^not_found: .*no cluster has node pve9; see get_nodes$/,
  );
  assert.equal(
    await seconds(site, "bulk_power", { action: "shutdown", pool: "test" }),
    "not_found: Cannot shut down the guests: no cluster has pool test; see get_pools",
  );
  assert.match(
    await seconds(site, "get_next_vmid", {}),
    /^invalid: .*name the cluster: default or dc2$/,
  );
  const made = await site.call("create_vm", { name: "new1", vmid: 100000, node: "pve4" });
  assert.deepEqual([made.value?.cluster, made.value?.vmid], ["dc2", 100000], made.text);
  const task = await site.call("get_task", { upid: made.value.upid });
  assert.deepEqual([task.value?.cluster, task.value?.exit_status], ["dc2", "OK"], task.text);
});

Deno.test("a new guest's vmid is no guest that is looked for", async () => {
  await using site = await twoClusters();
  const vmid = 1001;
  const { value, text } = await site.call("create_vm", { name: "n", vmid, cluster: "default" });
  assert.deepEqual([value?.cluster, value?.vmid], ["default", vmid], text);
  assert.match(
    await seconds(site, "create_vm", { name: "n", vmid: 2222 }),
    /^invalid: .*name the cluster/,
  );
});

Deno.test("a cluster that there is not is refused with what was meant", async () => {
  await using site = await twoClusters();
  assert.equal(
    await seconds(site, "start_vm", { vmid: 100, cluster: "dc3" }),
    "invalid: Invalid arguments for start_vm: there is no cluster dc3, only default, dc2 (did you mean dc2?)",
  );
  assert.match(
    await seconds(site, "start_vm", { vmid: 100, cluster: 2 }),
    /^invalid: .*no cluster 2, only/,
  );
  assert.equal((await site.call("get_guest", { vmid: 100, cluster: null })).code, "conflict");
});

Deno.test("while a cluster is away nothing is destroyed that may be in it too, and no guest is said to be missing", async () => {
  await using site = await twoClusters();
  await unplug(site, "default");
  const guest = [...site.fakes.dc2?.state.guests.values() ?? []]
    .find(({ vmid, type, status }) => vmid >= 1000 && type === "qemu" && status === "running");
  assert.ok(guest);
  const { vmid } = guest;
  assert.match(
    await seconds(site, "stop_vm", { vmid }),
    /^unavailable: Cannot stop VM \d+: default did not answer: .* name the cluster, such as dc2$/,
  );
  assert.deepEqual(changesOf(site, "dc2"), []);
  assert.match(
    await seconds(site, "start_vm", { vmid: 999 }),
    /^unavailable: .*no cluster that answered has guest 999; default did not answer/,
  );
  const changed = await site.call("shutdown_vm", { vmid });
  assert.match(
    JSON.stringify(changed.value),
    /whether guest \d+ is there too is not known/,
    changed.text,
  );
  const named = await site.call("start_vm", { vmid, cluster: "dc2" });
  assert.equal(named.value?.guest_status, "running", named.text);
  assert.doesNotMatch(JSON.stringify(named.value), /not known/);
});

Deno.test("changes of the same vmid in two clusters wait for neither other, and are not the same change", async () => {
  await using site = await twoClusters();
  const answers = await Promise.all(
    ["default", "dc2"].map((cluster) => site.call("shutdown_vm", { vmid: 100, cluster })),
  );
  for (const { value, text } of answers) {
    assert.deepEqual([value?.guest_status, value?.joined], ["stopped", undefined], text);
  }
  assert.deepEqual([changesOf(site, "default").length, changesOf(site, "dc2").length], [1, 1]);
});

Deno.test("where there is one cluster nobody can name it", async () => {
  await using site = await twoClusters({ clusters: {} });
  assert.match(await seconds(site, "get_vms", { cluster: "default" }), /^invalid: .*cluster/);
  const { json } = await site.post({ method: "tools/list" });
  assert.doesNotMatch(JSON.stringify(json), /"cluster":\{"type":"string","enum"/);
  assert.equal((await site.call("get_guest", { vmid: 100 })).value.cluster, undefined);
});

Deno.test("what would be lost is looked for as it is now: a guest of the same vmid may be new elsewhere", async () => {
  await using site = await twoClusters();
  const { default: home, dc2 } = site.fakes;
  const [guest] = [dc2?.state.guests.get(1000)].filter((each) => each !== undefined);
  assert.ok(guest && home);
  await site.call("get_guest", { vmid: 1000 });
  home.state.guests.set(1000, structuredClone({ ...guest, node: "pve1" }));
  const { text, code } = await site.call("stop_vm", { vmid: 1000 });
  assert.equal(code, "conflict", text);
  assert.match(text, /guest 1000 is in default and in dc2: name the cluster/);
  assert.deepEqual([changesOf(site, "dc2"), changesOf(site, "default")], [[], []]);
});

/** Tasks of `dc2` last until they are stopped. */
const LASTING = { clusters: { dc2: { pve: { taskMs: 3_600_000 } } } };

/** The UPID of a task that was begun in `dc2`, on a node that both clusters have. */
async function taskIn(site: Site, args: Record<string, unknown> = {}): Promise<string> {
  const begun = { vmid: 101, cluster: "dc2", ...args };
  const { value, text } = await site.call("start_vm", begun);
  assert.ok(value?.upid, text);
  return value.upid;
}

Deno.test("a task is followed and stopped in the cluster that knows it, though its node is in several", async () => {
  await using site = await twoClusters(LASTING);
  const upid = await taskIn(site, { wait: false });
  for (const tool of ["get_task", "stop_task"]) {
    const { value, text } = await site.call(tool, { upid });
    assert.deepEqual([value?.cluster, value?.upid], ["dc2", upid], text);
  }
  const stopped = site.fakes.dc2?.requests.filter(({ method }) => method === "DELETE");
  assert.deepEqual(stopped?.map(({ path }) => decodeURIComponent(path).split("/tasks/")[1]), [
    upid,
  ]);
  assert.deepEqual(changesOf(site, "default"), []);
});

Deno.test("a task that no cluster knows, or two do, is told so", async () => {
  await using site = await twoClusters();
  const upid = await taskIn(site);
  const unknown = upid.replace(/^(UPID:[^:]+:)[0-9A-F]{8}/, "$1000000AA");
  assert.equal(
    await seconds(site, "get_task", { upid: unknown }),
    `not_found: Cannot read task ${unknown}: no cluster knows this task`,
  );
  const task = site.fakes.dc2?.state.tasks.find((each) => each.upid === upid);
  assert.ok(task);
  site.fakes.default?.state.tasks.push({ ...task });
  assert.equal(
    await seconds(site, "wait_task", { upid }),
    `conflict: Cannot see task ${upid} succeed: the task is known in default and in dc2: ` +
      "name the cluster: default or dc2",
  );
  const { value } = await site.call("wait_task", { upid, cluster: "dc2" });
  assert.deepEqual([value?.cluster, value?.exit_status], ["dc2", "OK"]);
});

Deno.test("a task is found while another cluster is away, and missed by no cluster that is", async () => {
  await using site = await twoClusters(LASTING);
  const upid = await taskIn(site, { wait: false });
  await unplug(site, "default");
  const { value, text } = await site.call("stop_task", { upid });
  assert.equal(value?.cluster, "dc2", text);
  const unknown = upid.replace(/^(UPID:[^:]+:)[0-9A-F]{8}/, "$1000000AA");
  assert.match(
    await seconds(site, "get_task", { upid: unknown }),
    /^unavailable: .*no cluster that answered knows this task; default did not answer: /,
  );
});

Deno.test("a task beyond a token's limits is told as one that no cluster knows", async () => {
  await using site = await twoClusters();
  const upid = await taskIn(site);
  const limited = await createLimitedToken(site.store, { vmids: [{ from: 102, to: 102 }] });
  const unknown = upid.replace(/^(UPID:[^:]+:)[0-9A-F]{8}/, "$1000000AA");
  const told = await Promise.all([upid, unknown].map(async (upid) => {
    const { code, text } = await site.call("get_task", { upid }, { token: limited });
    return `${code}: ${text.replaceAll(upid, "UPID")}`;
  }));
  assert.equal(told[0], told[1]);
  assert.match(told[0] ?? "", /^not_found: .*no cluster knows this task/);
  const within = await createLimitedToken(site.store, { vmids: [{ from: 101, to: 101 }] });
  const { value, text } = await site.call("get_task", { upid }, { token: within });
  assert.equal(value?.cluster, "dc2", text);
  const elsewhere = await createLimitedToken(site.store, { clusters: ["default"] });
  const asked = site.fakes.dc2?.requests.length;
  assert.equal((await site.call("get_task", { upid }, { token: elsewhere })).isError, true);
  assert.equal(site.fakes.dc2?.requests.length, asked, "what is out of sight is not asked");
});
