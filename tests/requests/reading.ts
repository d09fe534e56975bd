import assert from "node:assert/strict";
import type { FakeGuest } from "../fake_pve.ts";
import type { Site } from "../site.ts";
import { calling, guest, set } from "../tools/guests.ts";
import { changes } from "../tools/requests.ts";
import type { Request } from "./request.ts";

const DAY_MS = 86_400_000;
const TODAY = new Date().toISOString().slice(0, 10);
const YESTERDAY = new Date(Date.parse(TODAY) - DAY_MS).toISOString().slice(0, 10);

/** The vmids of the guests of which that is true, lowest first. */
function vmidsOf(site: Site, isMeant: (guest: FakeGuest) => unknown): number[] {
  return [...site.fake.state.guests.values()].filter(isMeant).map(({ vmid }) => vmid)
    .toSorted((a, b) => a - b);
}

function vmidsIn(rows: readonly { vmid: number }[]): number[] {
  return rows.map(({ vmid }) => vmid).toSorted((a, b) => a - b);
}

/** Fails if something was changed: the person has only asked. */
function assertUntouched(site: Site): void {
  assert.deepEqual(changes(site), []);
}

/** Questions about how things are. */
export const READING: readonly Request[] = [
  {
    words: "Is anything wrong?",
    bound: 1,
    prepare: ({ fake }) => {
      const node = fake.state.nodes.get("pve3");
      assert.ok(node);
      node.online = false;
    },
    play: (model) => model.call("get_attention", {}),
    fulfilled: (site, { text, value }) => {
      const [worst] = value.findings;
      assert.deepEqual([worst.severity, worst.where], ["critical", "node pve3"]);
      assert.match(text, /^critical\|.*node pve3/m);
      assertUntouched(site);
    },
  },
  {
    words: "Why is web1 slow?",
    bound: 3,
    prepare: ({ fake }) => {
      const node = fake.state.nodes.get("pve1");
      assert.ok(node);
      node.cpu = 0.99;
    },
    play: async (model) => {
      const { value: { vmid, node } } = await model.call("get_guest", { vmid: "web1" });
      await model.call("get_metrics", { vmid });
      return await model.call("get_metrics", { node });
    },
    fulfilled: (site, { value: { columns, rows } }) => {
      const cpu = columns.indexOf("cpu_fraction");
      const peak = Math.max(...rows.map((row: number[]) => row[cpu] ?? 0));
      assert.ok(peak > 0.9, "the busy node is not seen");
      assertUntouched(site);
    },
  },
  {
    words: "How much free space is on local-lvm?",
    bound: 3,
    play: (model) => model.call("get_storage", { sort: "storage" }),
    fulfilled: (site, { text, value }) => {
      const rows = value.storages.filter(({ storage }: { storage: string }) =>
        storage === "local-lvm"
      );
      assert.deepEqual(rows.map(({ node }: { node: string }) => node), [
        ...site.fake.state.nodes.keys(),
      ]);
      for (const { total_bytes, used_bytes } of rows) assert.ok(total_bytes > used_bytes);
      assert.match(text, /^local-lvm\|pve1\|.*500\.0 GiB\|37\.0 GiB/m);
    },
  },
  {
    words: "Who changed 101 yesterday?",
    facts: [`Today is ${TODAY}, yesterday was ${YESTERDAY}`],
    bound: 1,
    prepare: async (site, clock) => {
      clock.shiftMs = Date.parse(`${YESTERDAY}T12:00:00Z`) - Date.now();
      await calling("update_vm", { vmid: 101, cpus: 2 })(site);
      clock.shiftMs = 0;
      await calling("update_vm", { vmid: 101, cpus: 4 })(site);
    },
    play: (model) => model.call("get_changes", { vmid: 101, since: YESTERDAY, until: TODAY }),
    fulfilled: (_site, { text, value }) => {
      const [call, ...others] = value.changes;
      assert.deepEqual([call.user, call.what, call.status, others], ["ada", "update_vm", "ok", []]);
      assert.match(call.arguments, /"cpus":2/);
      assert.match(text, /update_vm.*ada.*cpus/s);
    },
  },
  {
    words: "What is unprotected?",
    bound: 1,
    play: (model) => model.call("get_backup_coverage", {}),
    fulfilled: (site, { value }) => {
      const { backupJobs, volumes } = site.fake.state;
      const inJobs = [...backupJobs.values()].map(({ vmid }) => `,${vmid},`).join();
      const bare = vmidsOf(site, ({ vmid }) =>
        !inJobs.includes(`,${vmid},`) &&
        !volumes.some((volume) => volume.content === "backup" && volume.vmid === vmid));
      const told = value.guests.filter(({ state }: { state: string }) => state === "not backed up");
      assert.deepEqual(vmidsIn(told), bare);
      assertUntouched(site);
    },
  },
  {
    words: "What is the IP of ct-dns?",
    bound: 1,
    prepare: set(200, { hostname: "ct-dns" }),
    play: (model) => model.call("get_guest_ips", { vmids: ["ct-dns"] }),
    fulfilled: (_site, { text }) => assert.match(text, /\b10\.0\.2\.200\/24\b/),
  },
  {
    words: "Which guests use most memory?",
    bound: 1,
    prepare: set(110, { memory: 16_384 }),
    play: (model) => model.call("find_guests", { sort: "-memory_used_bytes" }),
    fulfilled: (_site, { value: { guests } }) => {
      assert.equal(guests[0].vmid, 110);
      const used = guests.map((row: { memory_used_bytes?: number }) => row.memory_used_bytes ?? 0);
      assert.deepEqual(used, used.toSorted((a: number, b: number) => b - a));
    },
  },
  {
    words: "What does not start at boot?",
    bound: 1,
    play: (model) => model.call("get_boot_order", { starts_at_boot: false }),
    fulfilled: (site, { value }) =>
      assert.deepEqual(
        vmidsIn(value.guests),
        vmidsOf(site, ({ config }) => !config.template && !config.onboot),
      ),
  },
  {
    words: "What would be lost if pve2 died?",
    bound: 1,
    play: (model) => model.call("get_capacity", { node: "pve2" }),
    fulfilled: (site, { text, value }) => {
      const onlyHere = vmidsOf(site, ({ node, vmid }) => node === "pve2" && vmid !== 110);
      const lost = value.guests.filter(({ fate }: { fate: string }) => fate === "lost");
      assert.deepEqual(vmidsIn(lost), onlyHere);
      assert.match(text, /^110\|web2\|running\|restarted by HA/m);
      assert.equal(guest(site, 110).node, "pve2");
      assertUntouched(site);
    },
  },
];
