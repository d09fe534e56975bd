import assert from "node:assert/strict";
import type { TokenLimits } from "../../lib/auth/limits.ts";
import { Site } from "../site.ts";
import { createAuthenticatedToken, NO_LIMITS } from "../tokens.ts";
import { changes } from "./harness.ts";

function limited(site: Site, limits: Partial<TokenLimits>): Promise<string> {
  return createAuthenticatedToken(site.store, {
    username: "ada",
    permission: "admin",
    now: () => new Date(),
    limits: { ...NO_LIMITS, ...limits },
  });
}

const vmidsOf = (rows: { vmid: number }[]) => rows.map((row) => row.vmid).toSorted((a, b) => a - b);

function volidOf(site: Site, vmid: number): string {
  const backup = site.fake.state.volumes.find((volume) =>
    volume.content === "backup" && volume.vmid === vmid
  );
  assert.ok(backup);
  return backup.volid;
}

Deno.test("lists about guests hold only the guests that a token reaches", async () => {
  await using site = await Site.start();
  const token = await limited(site, { pools: ["dev"] });
  const call = async (tool: string, args = {}) => (await site.call(tool, args, { token })).value;
  assert.deepEqual(vmidsOf((await call("find_guests")).guests), [150, 202]);
  assert.deepEqual(vmidsOf((await call("get_backups")).backups), [150, 202]);
  assert.deepEqual(vmidsOf((await call("get_backup_coverage")).guests), [150, 202]);
  assert.deepEqual((await call("get_guest_ips")).guests, []);
  const { volumes } = await call("get_storage_content", { content: "images" });
  assert.deepEqual(vmidsOf(volumes), [150]);
  const bulk = await site.call("bulk_power", { action: "stop", tag: "prod" }, { token });
  assert.equal(bulk.code, "not_found", bulk.text);
  const each = await call("get_guest_ips", { vmids: [100, 150] });
  assert.match(each.guests[0].error, /the token's limits do not include 100/);
});

Deno.test("what is kept of a deleted guest is shown to tokens whose vmids include it", async () => {
  await using site = await Site.start();
  site.fake.state.guests.delete(150);
  const inside = await limited(site, { vmids: [{ from: 150, to: 159 }] });
  const outside = await limited(site, { vmids: [{ from: 100, to: 109 }] });
  const pool = await limited(site, { pools: ["dev"] });
  const list = async (token: string) =>
    vmidsOf((await site.call("get_backups", {}, { token })).value.backups);
  assert.deepEqual(await list(inside), [150]);
  assert.deepEqual(await list(outside), [100, 101]);
  assert.deepEqual(await list(pool), [202]);
});

Deno.test("no tool changes a guest out of reach, in whatever way it is named", async () => {
  await using site = await Site.start();
  const token = await limited(site, { pools: ["dev"] });
  const calls: [string, Record<string, unknown>][] = [
    ["reboot_vm", { vmid: 100 }],
    ["suspend_vm", { vmid: "web1" }],
    ["stop_container", { vmid: 201 }],
    ["set_guest_notes", { vmid: 101, notes: "x" }],
    ["set_guest_tags", { vmid: 101, add: ["x"] }],
    ["read_guest_file", { vmid: 100, file: "/etc/hostname" }],
    ["write_guest_file", { vmid: 100, file: "/x", content: "" }],
    ["update_container", { vmid: 200, memory: 64 }],
    ["delete_container", { vmid: 201, force: true }],
    ["clone_guest", { vmid: 900 }],
    ["clone_guest", { vmid: 150, new_vmid: 300, pool: "prod" }],
    ["convert_to_template", { vmid: 101 }],
    ["migrate_guest", { vmid: 101, target: "pve2" }],
    ["resize_disk", { vmid: 101, disk: "scsi0", size: "+1G" }],
    ["move_disk", { vmid: 101, disk: "scsi0", storage: "nfs1" }],
    ["set_cloud_init", { vmid: 101, user: "x" }],
    ["delete_snapshot", { vmid: 100, name: "clean" }],
    ["create_backup", { vmid: 100 }],
    ["get_guest", { vmid: 100 }],
    ["get_guest_config", { vmid: 100 }],
    ["get_snapshots", { vmid: 100 }],
    ["get_metrics", { vmid: 100 }],
    ["restore_backup", { volid: volidOf(site, 150), vmid: 101, overwrite: true }],
    ["restore_backup", { volid: volidOf(site, 150), vmid: 500 }],
    ["delete_volume", { volid: "local:iso/debian-13.iso", node: "pve1" }],
    ["download_image", { url: "https://example.org/images/alpine-virt.iso", storage: "local" }],
    ["get_backup_jobs", {}],
  ];
  for (const [tool, args] of calls) {
    const answer = await site.call(tool, args, { token });
    assert.equal(answer.code, "forbidden", `${tool}: ${answer.text}`);
  }
  for (const tool of ["restore_backup", "delete_backup"]) {
    const answer = await site.call(tool, { volid: volidOf(site, 100) }, { token });
    assert.equal(answer.code, "not_found", `${tool}: ${answer.text}`);
  }
  const bulk = await site.call(
    "bulk_power",
    { action: "stop", vmids: [100, 200], dry_run: false },
    { token },
  );
  assert.equal(bulk.isError, true, bulk.text);
  assert.equal(changes(site).length, 0);
});

Deno.test("a limited token backs its own guest up, restores it and moves it", async () => {
  await using site = await Site.start();
  const token = await limited(site, { pools: ["dev"] });
  const calls: [string, Record<string, unknown>][] = [
    ["create_backup", { vmid: 150, storage: "nfs1" }],
    ["migrate_guest", { vmid: 150, target: "pve1", with_local_disks: true }],
    ["restore_backup", { volid: volidOf(site, 150), overwrite: true }],
    ["delete_backup", { volid: volidOf(site, 202) }],
    ["clone_guest", { vmid: 202, pool: "dev" }],
    ["bulk_power", { action: "start", pool: "dev", dry_run: false }],
  ];
  for (const [tool, args] of calls) {
    const answer = await site.call(tool, args, { token });
    assert.equal(answer.isError, false, `${tool}: ${answer.text}`);
  }
});
