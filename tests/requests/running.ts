import assert from "node:assert/strict";
import type { Site } from "../site.ts";
import { guest } from "../tools/guests.ts";
import { changes, sent } from "../tools/requests.ts";
import type { Request } from "./request.ts";

/** Lets HA's guest go where it is moved to. */
function withoutFailback({ fake }: Site): void {
  const resource = fake.state.ha.resources.get("vm:110");
  assert.ok(resource);
  resource.failback = false;
}

function onNode(site: Site, node: string) {
  return [...site.fake.state.guests.values()].filter((guest) => guest.node === node);
}

/** Fails unless pve2 is empty and what ran on it runs elsewhere. */
function assertEmptied(site: Site): void {
  assert.deepEqual(onNode(site, "pve2"), []);
  for (const vmid of [102, 110, 201]) assert.equal(guest(site, vmid).status, "running");
}

/** Requests about what runs, and where. */
export const RUNNING: readonly Request[] = [
  {
    words: "Empty pve2",
    bound: 2,
    prepare: withoutFailback,
    play: async (model) => {
      const { text } = await model.call("drain_node", { node: "pve2", dry_run: true });
      return await model.call("drain_node", {
        node: "pve2",
        with_local_disks: text.includes("give with_local_disks"),
        restart: text.includes("give restart"),
      });
    },
    fulfilled: (site, { text }) => {
      assertEmptied(site);
      assert.match(text, /^empty: true$/m);
    },
  },
  {
    words: "Reboot pve2 safely",
    bound: 2,
    prepare: withoutFailback,
    play: async (model) => {
      await model.lookUp("reboot_node");
      await model.call("drain_node", { node: "pve2", with_local_disks: true, restart: true });
      return await model.call("reboot_node", { node: "pve2" });
    },
    fulfilled: (site, { value }) => {
      assertEmptied(site);
      assert.equal(value.stopped_guests, 0);
      assert.equal(sent(site, "POST", /\/nodes\/pve2\/status$/), 1);
    },
  },
  {
    words: "Shut down everything with the tag prod",
    bound: 2,
    play: async (model) => {
      const call = { action: "shutdown", tag: "prod" };
      await model.call("bulk_power", call);
      return await model.call("bulk_power", { ...call, dry_run: false });
    },
    fulfilled: (site, { value }) => {
      assert.equal(value.failed, 0);
      for (const { config, status } of site.fake.state.guests.values()) {
        if (String(config.tags).split(";").includes("prod")) assert.equal(status, "stopped");
      }
      assert.equal(guest(site, 102).status, "running");
    },
  },
  {
    words: "Shut down everything on pve2",
    bound: 2,
    play: async (model) => {
      const call = { action: "shutdown", node: "pve2" };
      await model.call("bulk_power", call);
      return await model.call("bulk_power", { ...call, dry_run: false });
    },
    fulfilled: (site, { value }) => {
      assert.equal(value.failed, 0);
      for (const { status } of onNode(site, "pve2")) assert.equal(status, "stopped");
      assert.equal(guest(site, 100).status, "running");
      assert.equal(changes(site).length, 3);
    },
  },
  {
    words: "Run uptime in web1",
    bound: 1,
    prepare: ({ fake }) => {
      fake.state.exec = (argv) => ({ exitcode: 0, out: `${argv.at(-1)}: up 3 days\n` });
    },
    play: (model) => model.call("execute_vm_command", { vmid: "web1", command: "uptime" }),
    fulfilled: (_site, { text, value }) => {
      assert.equal(value.exit_code, 0);
      assert.match(text, /up 3 days/);
    },
  },
];
