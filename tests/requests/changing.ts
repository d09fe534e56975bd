import assert from "node:assert/strict";
import { guest, set } from "../tools/guests.ts";
import { changes } from "../tools/requests.ts";
import type { Request } from "./request.ts";

const GIB = 2 ** 30;

/** Requests for other hardware, rules and backups than there are. */
export const CHANGING: readonly Request[] = [
  {
    words: "Give web1 8 GB of memory",
    bound: 1,
    play: (model) => model.call("update_vm", { vmid: "web1", memory: 8192 }),
    fulfilled: (site, { text }) => {
      const { config, pending } = guest(site, 100);
      assert.equal(Number(pending.memory ?? config.memory), 8192);
      assert.match(text, /^pending: memory$/m);
    },
  },
  {
    words: "Add a 50 GB disk to web1",
    bound: 1,
    play: (model) => model.call("add_disk", { vmid: "web1", size_gib: 50 }),
    fulfilled: (site, { value }) =>
      assert.match(String(guest(site, 100).config[value.device]), /^local-lvm:.*size=50G/),
  },
  {
    words: "Grow the disk of web1 by 10 GB",
    bound: 1,
    play: (model) => model.call("resize_disk", { vmid: "web1", size: "+10G" }),
    fulfilled: (site, { value }) => {
      assert.match(String(guest(site, 100).config.scsi0), /size=42G/);
      assert.deepEqual([value.former_size_bytes, value.size_bytes], [32 * GIB, 42 * GIB]);
    },
  },
  {
    words: "Put net0 of web1 into VLAN 20",
    bound: 1,
    play: (model) => model.call("update_nic", { vmid: "web1", nic: "net0", vlan: 20 }),
    fulfilled: (site) =>
      assert.equal(
        guest(site, 100).config.net0,
        "virtio=BC:24:11:00:00:64,bridge=vmbr0,tag=20",
      ),
  },
  {
    words: "Attach the Debian ISO to web1",
    bound: 1,
    play: (model) => model.call("attach_iso", { vmid: "web1", iso: "debian" }),
    fulfilled: (site, { value }) => {
      const { config, pending } = guest(site, 100);
      const drive = String(pending[value.device] ?? config[value.device]);
      assert.match(drive, /^local:iso\/debian-13\.iso,media=cdrom/);
    },
  },
  {
    words: "Open port 443 of web1",
    bound: 1,
    prepare: (site) => {
      const { config, firewall } = guest(site, 100);
      config.net0 += ",firewall=1";
      firewall.rules = [];
      site.fake.state.firewall.options.enable = 1;
    },
    play: (model) => model.call("add_firewall_rule", { vmid: "web1", dport: 443 }),
    fulfilled: (site, { value }) => {
      const [rule] = guest(site, 100).firewall.rules;
      assert.ok(rule);
      const { type, action, enable, proto, dport } = rule;
      assert.deepEqual([type, action, Number(enable), proto, dport], [
        "in",
        "ACCEPT",
        1,
        "tcp",
        "443",
      ]);
      assert.equal(value.notes, undefined, "the rule has its effect");
    },
  },
  {
    words: "Back up all guests every night",
    bound: 1,
    play: (model) => model.call("create_backup_job", { schedule: "02:00", all: true }),
    fulfilled: (site, { text, value }) => {
      const job = site.fake.state.backupJobs.get(value.id);
      assert.deepEqual([job?.schedule, Number(job?.all), Number(job?.enabled)], ["02:00", 1, 1]);
      assert.match(text, /^next_runs: .*02:00/m);
    },
  },
  {
    words: "Back up web1",
    bound: 1,
    play: (model) => model.call("create_backup", { vmid: "web1" }),
    fulfilled: (site, { value }) => {
      const made = site.fake.state.volumes.filter(({ content, vmid }) =>
        content === "backup" && vmid === 100
      );
      assert.equal(made.length, 2);
      assert.ok(made.some(({ storage }) => storage === value.storage));
    },
  },
  {
    words: "Restore 101 from its backup",
    bound: 2,
    prepare: set(101, { memory: "1024" }),
    play: async (model) => {
      const { value: { backup } } = await model.call("get_guest", { vmid: 101 });
      return await model.call("restore_backup", { volid: backup.volid, overwrite: true });
    },
    fulfilled: (site, { value }) => {
      assert.equal(value.vmid, 101);
      assert.equal(Number(guest(site, 101).config.memory), 4096);
    },
  },
  {
    words: "Take a snapshot of web1",
    facts: ["Call it before-upgrade"],
    bound: 1,
    play: (model) => model.call("create_snapshot", { vmid: "web1", name: "before-upgrade" }),
    fulfilled: (site) =>
      assert.deepEqual(guest(site, 100).snapshots.map(({ name }) => name), [
        "clean",
        "before-upgrade",
      ]),
  },
  {
    words: "Roll web1 back to its snapshot",
    bound: 2,
    prepare: set(100, { cores: 8 }),
    play: async (model) => {
      const { value: { snapshots } } = await model.call("get_guest", { vmid: "web1" });
      const { name } = snapshots.at(-1);
      return await model.call("rollback_snapshot", { vmid: "web1", name });
    },
    fulfilled: (site) => {
      const { config, status } = guest(site, 100);
      assert.deepEqual([config.cores, status], [2, "running"]);
      assert.match(changes(site).map(({ path }) => path).join(), /snapshot\/clean\/rollback/);
    },
  },
];
