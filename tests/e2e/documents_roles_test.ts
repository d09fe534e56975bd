import assert from "node:assert/strict";
import { includesScope, type Scope } from "../../lib/auth/scope.ts";
import type { FakePve } from "../fake_pve.ts";
import { Site } from "../site.ts";
import { blocksOf, readDocument } from "../support/documents.ts";
import { OFFERED } from "../support/offered.ts";

/** Carries out `pveum` lines on the simulated cluster; returns the token's value. */
function pveum(fake: FakePve, lines: readonly string[]): string {
  const { acl, roles, tokens, users } = fake.state;
  let value = "";
  for (const line of lines) {
    const words = [...line.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)]
      .map(([, double, single, bare]) => double ?? single ?? bare ?? "");
    const [, noun = "", verb = "", subject = ""] = words;
    const option = (name: string) => words[words.indexOf(`--${name}`) + 1] ?? "";
    if (noun === "role") {
      roles.set(subject, { privs: option("privs").split(/[ ,]+/), special: false });
    } else if (noun === "user" && verb === "add") {
      users.set(subject, { userid: subject, enable: true, expire: 0, groups: [] });
    } else if (noun === "user") {
      value = crypto.randomUUID();
      const [user = "", name = ""] = words.slice(4);
      tokens.push({ user, name, value, privsep: option("privsep") === "1", expire: 0 });
    } else {
      assert.deepEqual([noun, verb, roles.has(option("roles"))], ["acl", "modify", true], line);
      const type = words.includes("--tokens") ? "token" : "user";
      const ugid = option(`${type}s`);
      acl.push({ path: subject, roleid: option("roles"), type, ugid, propagate: true });
    }
  }
  return value;
}

/** They need `Sys.Modify`, which the documents give to no role. */
const NEEDING_MODIFY = [
  "create_backup_job",
  "delete_backup_job",
  "get_updates",
  "refresh_updates",
  "restart_service",
  "update_backup_job",
];

/** Calls that between them need every privilege of their scope. */
const CALLS: Record<Scope, [string, Record<string, unknown>][]> = {
  user: [
    ["get_vms", {}],
    ["get_guest", { vmid: 100 }],
    ["get_guest_ips", { vmids: [100] }],
    ["get_backups", {}],
    ["get_pools", {}],
    ["get_cluster_status", {}],
    ["get_journal", { node: "pve1" }],
  ],
  write: [
    ["start_vm", { vmid: 101 }],
    ["create_snapshot", { vmid: 100, name: "before" }],
    ["create_backup", { vmid: 100 }],
    ["set_guest_notes", { vmid: 100, notes: "seen" }],
    ["add_firewall_rule", { vmid: 100, dport: 22 }],
    ["run_backup_job", { id: "backup-nightly" }],
    ["execute_vm_command", { vmid: 100, command: ["true"] }],
    ["read_guest_file", { vmid: 100, file: "/etc/hostname" }],
    ["write_guest_file", { vmid: 100, file: "/tmp/a", content: "a" }],
  ],
  admin: [
    ["create_vm", { name: "new1", node: "pve1", iso_name: "debian-13.iso" }],
    ["update_vm", { vmid: 103, memory: 4096, cpus: 4, boot: "order=scsi0" }],
    ["resize_disk", { vmid: 101, disk: "scsi0", size: "+1G" }],
    ["clone_guest", { vmid: 900, name: "copy1" }],
    ["rollback_snapshot", { vmid: 100, name: "before" }],
    ["migrate_guest", { vmid: 101, target: "pve2", with_local_disks: true }],
    ["delete_vm", { vmid: 120 }],
    ["drain_node", { node: "pve3", with_local_disks: true }],
    ["reboot_node", { node: "pve3" }],
    ["add_storage", { storage: "files", type: "dir", path: "/srv/files" }],
  ],
};

for (const version of ["9.2.11", "8.4.1"]) {
  Deno.test(`the documents' Proxmox roles suffice for their scopes, on ${version}`, async (t) => {
    const lines = blocksOf(await readDocument("docs/tokens"))
      .filter(({ language, text }) => language === "sh" && /^pveum /m.test(text))
      .flatMap(({ text }) => text.trim().split("\n"))
      .map((line) =>
        version.startsWith("8")
          ? line.replaceAll(/VM\.GuestAgent\.\w+/g, "VM.Monitor")
            .replace("VM.Replicate", "Datastore.Allocate")
          : line
      );
    const roles = lines.filter((line) => line.startsWith("pveum role add"));
    const accounts = lines.filter((line) => !roles.includes(line));
    for (const scope of ["user", "write", "admin"] as const) {
      await t.step(scope, async () => {
        const fixed = crypto.randomUUID();
        await using site = await Site.start({
          pve: { version },
          config: { auth: { user: "mcp@pve", token_name: "assistant", token_value: fixed } },
        });
        const granted = accounts.map((line) => line.replace(/MCP-\w+/, `MCP-${scope}`));
        const value = pveum(site.fake, [...roles, ...granted]);
        for (const token of site.fake.state.tokens) if (token.value === value) token.value = fixed;
        const { json } = await site.post({ method: "tools/list" });
        const offered: string[] = json.result.tools.map((tool: { name: string }) => tool.name);
        const within = OFFERED.filter((tool) => includesScope(scope, tool.scope));
        const missing = within.map((tool) => tool.name).filter((name) => !offered.includes(name));
        const withheld = NEEDING_MODIFY.filter((name) => within.some((tool) => tool.name === name));
        assert.deepEqual(missing, withheld);
        for (const level of ["user", "write", "admin"] as const) {
          if (!includesScope(scope, level)) continue;
          for (const [tool, args] of CALLS[level]) {
            const { isError, text } = await site.call(tool, args);
            assert.equal(isError, false, `${tool}: ${text}`);
          }
        }
      });
    }
  });
}
