import assert from "node:assert/strict";
import { Site, type SiteOptions } from "../site.ts";
import { changes } from "./requests.ts";

type Row = Record<string, unknown>;

const VOLUME = { volid: "local:iso/virtio-win.iso", node: "pve2" };

/** A site whose list of resources is changed row by row on its way. */
async function siteWith(
  change: (row: Row) => Row,
  options: SiteOptions = {},
): Promise<Site> {
  const site = await Site.start(options);
  const bend = (body: string) => {
    const { data } = JSON.parse(body);
    return JSON.stringify({ data: data.map(change) });
  };
  site.fake.fault({ path: /^\/cluster\/resources$/ }, { kind: "bent", bend }, { times: 1_000 });
  return site;
}

/** What Proxmox tells of what is on a node whose pvestatd hangs. */
function silent(row: Row): Row {
  if (row.node !== "pve2") return row;
  const { id, node, storage, type, vmid } = row;
  return { id, node, storage, type, vmid, status: "unknown" };
}

Deno.test("a node whose pvestatd hangs is neither called offline nor left out", async () => {
  await using site = await siteWith(silent);
  const nodes = await site.call("get_nodes");
  assert.equal(nodes.value.nodes[1].status, "unknown");
  assert.equal(nodes.value.nodes[1].memory_used_bytes, undefined);
  assert.match(
    nodes.value.warnings.join(),
    /^whether node pve2 is online is unknown: its pvestatd/,
  );
  const guests = await site.call("find_guests", { node: "pve2" });
  assert.ok(guests.value.guests.length > 0);
  assert.ok(guests.value.guests.every(({ status }: Row) => status === "unknown"));
  assert.doesNotMatch(guests.text, /offline/);
  const updates = await site.call("get_updates");
  assert.equal(updates.value.warnings, undefined, "it answers all the same");
  assert.ok(site.fake.requests.some(({ path }) => path === "/nodes/pve2/apt/update"));
  const attention = await site.call("get_attention");
  assert.doesNotMatch(attention.text, /the node is offline/);
  assert.match(JSON.stringify(attention.value.unread), /pvestatd does not report/);
});

Deno.test("a node whose use is unknown is no room for what another one has", async () => {
  await using site = await siteWith(silent);
  const { value } = await site.call("get_capacity", { node: "pve1" });
  const [loss] = value.if_lost;
  const [whole] = (await knownCapacity()).if_lost;
  assert.ok(loss.memory_free_elsewhere_bytes < whole.memory_free_elsewhere_bytes);
  assert.match(value.warnings.join("; "), /the sums leave out \d+ guests whose memory is unknown/);
});

async function knownCapacity() {
  await using site = await Site.start();
  return (await site.call("get_capacity", { node: "pve1" })).value;
}

Deno.test("a row of the resource list that lacks what its id tells is read by its id", async () => {
  await using site = await siteWith(({ vmid: _, ...row }) => row);
  assert.deepEqual(
    (await site.call("get_vms", { node: "pve1" })).value.vms.map(({ vmid }: Row) => vmid).slice(
      0,
      2,
    ),
    [100, 101],
  );
});

Deno.test("a guest of which nobody knows the node is told as left out", async () => {
  await using site = await siteWith(({ node, ...row }) =>
    row.vmid === 100 ? row : { ...row, node }
  );
  const { value } = await site.call("get_vms");
  assert.ok(!value.vms.some(({ vmid }: Row) => vmid === 100));
  assert.match(value.warnings.join(), /has one row that cannot be read and is left out/);
});

Deno.test("a size that no number holds exactly, and a time of zero, are told as unknown", async () => {
  await using site = await siteWith((row) => ({ ...row, maxdisk: 2 ** 60, uptime: "" }));
  const { value, text } = await site.call("get_storage");
  assert.ok(value.storages.length > 0, text);
  assert.equal(value.storages[0].total_bytes, undefined);
});

Deno.test("nothing is deleted or sent down while Proxmox does not tell whether guests are hidden", async () => {
  await using site = await Site.start();
  for (const body of ['{"data":[]}', '{"data":null}', "<html>"]) {
    site.fake.fault({ path: /^\/access\/permissions$/ }, { kind: "body", body }, { times: 10 });
    const answer = await site.call("delete_volume", VOLUME);
    assert.match(answer.text, /is unknown: Proxmox does not tell what its API token/);
  }
  assert.deepEqual(changes(site), []);
});

Deno.test("a state that is not told is no answer", async () => {
  await using site = await Site.start();
  await site.call("start_vm", { vmid: 101 });
  const upid = site.fake.state.tasks.at(-1)?.upid;
  const cases = [
    ["get_task", { upid }, /tasks\/[^/]+\/status$/, '{"data":{}}', /whether the task has ended/],
    ["health", {}, /^\/cluster\/status$/, '{"data":[]}', /names no node/],
    ["get_guest_config", { vmid: 100 }, /\/config$/, '{"data":{}}', /holds no configuration/],
    [
      "read_guest_file",
      { vmid: 100, file: "/etc/hostname" },
      /file-read$/,
      '{"data":{}}',
      /holds no content/,
    ],
  ] as const;
  for (const [tool, args, path, body, told] of cases) {
    const undo = site.fake.fault({ method: "GET", path }, { kind: "body", body }, { times: 50 });
    const answer = await site.call(tool, args);
    undo();
    assert.equal(answer.isError, true, answer.text);
    assert.match(answer.text, told);
  }
});
