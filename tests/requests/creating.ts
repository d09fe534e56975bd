import assert from "node:assert/strict";
import type { Site } from "../site.ts";
import { guest } from "../tools/guests.ts";
import type { Request } from "./request.ts";

const KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5 ada@example";
const IMAGE = "https://example.org/debian-13-genericcloud-amd64.qcow2";

/** The guest of this name. */
function named(site: Site, name: string) {
  const found = [...site.fake.state.guests.values()].find(({ config }) =>
    (config.name ?? config.hostname) === name
  );
  assert.ok(found, `there is no ${name}`);
  return found;
}

function assertRuns(site: Site, name: string) {
  const made = named(site, name);
  assert.equal(made.status, "running");
  return made;
}

/** Puts a copy of an ISO on every node under another name. */
function withIso(name: string) {
  return ({ fake: { state: { volumes } } }: Site) => {
    const isos = volumes.filter(({ volid }) => volid === "local:iso/debian-13.iso");
    volumes.push(...isos.map((iso) => ({ ...iso, volid: `local:iso/${name}` })));
  };
}

/** Requests for guests that are not there yet. */
export const CREATING: readonly Request[] = [
  {
    words: "Make an Ubuntu VM with my SSH key from a template",
    facts: ["It shall be called web9", KEY],
    bound: 3,
    prepare: async (site) => {
      Object.assign(guest(site, 900).config, { name: "ubuntu-24.04" });
      const drive = { vmid: 900, drive_storage: "local-lvm", user: "ubuntu" };
      const { isError, text } = await site.call("set_cloud_init", drive);
      assert.equal(isError, false, text);
    },
    play: async (model) => {
      const { value: { guests } } = await model.call("find_guests", { text: "ubuntu" });
      const template = guests[0].vmid;
      const { value: { vmid } } = await model.call("clone_guest", { vmid: template, name: "web9" });
      return await model.call(
        "set_cloud_init",
        { vmid, ssh_public_keys: [KEY], start: true },
        { search: "SSH key" },
      );
    },
    fulfilled: (site, { text }) => {
      const { config } = assertRuns(site, "web9");
      assert.equal(decodeURIComponent(String(config.sshkeys)), KEY);
      assert.equal(config.ciuser, "ubuntu");
      assert.match(text, /^guest_status: running$/m);
    },
  },
  {
    words: "Make a VM from a cloud image",
    facts: ["It shall be called cloud1 and start", IMAGE, KEY],
    bound: 3,
    prepare: ({ fake: { state } }) => {
      state.storages.get("local")?.content.push("import");
      state.downloads.set(IMAGE, { size: 3 * 2 ** 30, mimetype: "application/octet-stream" });
    },
    play: async (model) => {
      const { value: { storages } } = await model.call("get_storage", {});
      const { storage } = storages.find((row: { content: string[] }) =>
        row.content.includes("import")
      );
      const { value: { volid, node } } = await model.call("download_image", {
        url: IMAGE,
        storage,
        content: "import",
      });
      return await model.call("create_vm", {
        name: "cloud1",
        preset: "cloud-image",
        image: volid,
        node,
        ssh_public_keys: [KEY],
        start: true,
      });
    },
    fulfilled: (site) => {
      const { config } = assertRuns(site, "cloud1");
      assert.match(String(config.scsi0), /size=3G/);
      assert.equal(decodeURIComponent(String(config.sshkeys)), KEY);
    },
  },
  {
    words: "Make a Windows 11 VM",
    facts: ["It shall be called win1 and start"],
    bound: 2,
    prepare: withIso("Win11_25H2_English_x64.iso"),
    play: (model) => model.call("create_vm", { name: "win1", preset: "windows-11", start: true }),
    fulfilled: (site, { text }) => {
      const { config } = assertRuns(site, "win1");
      assert.equal(config.ostype, "win11");
      assert.match(String(config.tpmstate0), /version=v2\.0/);
      assert.match(String(config.ide2), /Win11_25H2/);
      assert.match(String(config.ide0), /virtio-win/);
      assert.match(text, /^guest_status: running$/m);
    },
  },
  {
    words: "Make a Debian container",
    facts: ["It shall be called deb1 and start"],
    bound: 2,
    play: (model) =>
      model.call("create_container", { hostname: "deb1", template: "debian", start: true }),
    fulfilled: (site, { value }) => {
      assert.equal(assertRuns(site, "deb1").type, "lxc");
      assert.match(value.template, /debian-13/);
    },
  },
  {
    words: "Clone web1 and start the clone",
    facts: ["It shall be called web1-test"],
    bound: 2,
    play: async (model) => {
      const clone = { vmid: "web1", name: "web1-test" };
      const { value: { vmid } } = await model.call("clone_guest", clone);
      return await model.call("start_vm", { vmid });
    },
    fulfilled: (site, { value }) => {
      assert.equal(assertRuns(site, "web1-test").vmid, value.vmid);
      assert.notEqual(value.vmid, 100);
    },
  },
];
