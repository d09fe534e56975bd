import assert from "node:assert/strict";
import { includesScope, type Scope, SCOPES } from "../../lib/auth/scope.ts";
import { TOOLSETS } from "../../lib/tool/toolsets.ts";
import type { FakePve } from "../fake_pve.ts";
import { Site } from "../site.ts";
import { cli } from "../support/cli.ts";
import { blocksOf, readDocument, rowsOf, sectionsOf } from "../support/documents.ts";
import { OFFERED } from "../support/offered.ts";
import { type CasedTool, CASES } from "../tools/cases/mod.ts";
import { restrict, startProbed } from "../tools/probe.ts";

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

/** The privileges of the toolset's role for each scope, as the documents' table adds them up. */
async function documentedRoles(toolset: string, language: "en" | "tr" = "en"): Promise<string[][]> {
  const [, tokens] = sectionsOf(await readDocument("docs/tokens", language));
  const row = rowsOf(tokens?.body ?? "").find(([name]) => name === `\`${toolset}\``) ?? [];
  const added = row.slice(1).map((cell) => cell.split(", ").filter((name) => name.includes(".")));
  return added.map((_, at) => added.slice(0, at + 1).flat().toSorted());
}

/** `check` with the config of a site, whose `tools.toolsets` are these. */
async function checkOf(
  { folder }: Site,
  { toolsets, args = [] }: { toolsets?: readonly string[]; args?: readonly string[] },
): Promise<string> {
  const file = `${folder}/config.json`;
  const config = JSON.parse(await Deno.readTextFile(file));
  const chosen = toolsets === undefined ? {} : { toolsets };
  await Deno.writeTextFile(file, JSON.stringify({ ...config, tools: chosen }));
  return (await cli(["check", "--config", file, ...args])).out;
}

Deno.test("check --toolset prints the documents' roles, whatever the token may do", async (t) => {
  await using site = await Site.start();
  for (const toolset of TOOLSETS) {
    await t.step(toolset, async () => {
      const documented = await documentedRoles(toolset);
      assert.equal(documented.length, SCOPES.length);
      assert.deepEqual(await documentedRoles(toolset, "tr"), documented);
      const args = ["--json", "--toolset", toolset];
      const { pveum, toolsets } = JSON.parse(
        await checkOf(site, { toolsets: ["guests"], args }),
      );
      assert.deepEqual(toolsets, [toolset]);
      const privileges = pveum.map((each: { privileges: string[] }) => each.privileges);
      assert.deepEqual(privileges, documented);
    });
  }
  const wrong = await cli(["check", "--toolset", "backup"]);
  assert.equal(wrong.status, 2);
  assert.match(wrong.err, /there is no toolset "backup": there are core, guests, backups/);
});

Deno.test("check goes by the config's toolsets, and tells of all other tools", async () => {
  await using site = await startProbed();
  const [reading = [], , all = []] = await documentedRoles("network");
  restrict(site, ["VM.Audit"]);
  site.fake.state.roles.set("MCP-write", { privs: ["VM.Audit", "VM.Backup"], special: false });
  const lacking = await checkOf(site, { toolsets: ["network"] });
  assert.match(lacking, /^warn {2}grants {4}\d+ of \d+ tools of network cannot work: /m);
  assert.ok(
    lacking.includes(`\nFor callers with scope user and tools of network, on a node`),
    lacking,
  );
  assert.ok(
    lacking.includes(`\n  pveum role add MCP-user --privs ${reading.join(",")}\n`),
    lacking,
  );
  // What the role holds for other tools stays.
  assert.match(
    lacking,
    /^ {2}pveum role modify MCP-write --privs \S*VM\.Config\.Network --append 1$/m,
  );
  assert.match(
    lacking,
    /\n\nOther tools can still be called by name, and Proxmox refuses what these roles lack: --toolset guests,backups,storage,cluster,network,api prints the roles for all$/,
  );
  restrict(site, all);
  const enough = await checkOf(site, { toolsets: ["network"] });
  assert.match(
    enough,
    /^ok {4}grants {4}they suffice for all \d+ tools of network; of the \d+ others \d+ cannot work$/m,
  );
  assert.doesNotMatch(enough, /pveum/);
  const whole = await checkOf(site, {});
  assert.match(whole, /For callers with scope user, on a node/);
  assert.doesNotMatch(whole, /Other tools/);
});

/** Until the grants are read anew by who must know them. */
const RENEWED_MS = 3_000;

/** What they need goes by what is called, in whatever toolset that is. */
const LEADING_ELSEWHERE = ["call_api", "call_tool", "change_api"];

for (const toolset of TOOLSETS) {
  Deno.test(`the documents' roles for ${toolset} suffice for its work, tool by tool`, async (t) => {
    const roles = await documentedRoles(toolset);
    const ofIt = OFFERED.filter(({ name, toolsets }) =>
      toolsets.some((own) => own === toolset) && !LEADING_ELSEWHERE.includes(name)
    );
    for (const tool of ofIt) {
      await t.step(tool.name, async () => {
        let at = 0;
        await using site = await startProbed({ monotonic: () => at });
        const { args, prepare, scope: role = tool.scope } = CASES[tool.name as CasedTool];
        await prepare?.(site);
        const given = typeof args === "function" ? args(site) : args;
        restrict(site, roles[SCOPES.indexOf(tool.scope)] ?? []);
        at += RENEWED_MS;
        const { isError, text } = await site.call(tool.name, given, { role });
        if (!NEEDING_MODIFY.includes(tool.name)) return assert.equal(isError, false, text);
        assert.match(text, /lacks the privilege Sys\.Modify/);
      });
    }
  });
}

Deno.test("a tool of another toolset is called by name, and refused by Proxmox", async () => {
  await using site = await startProbed();
  restrict(site, (await documentedRoles("backups")).at(-1) ?? []);
  const { code, text } = await site.call("create_snapshot", { vmid: 100, name: "before" });
  assert.equal(code, "forbidden");
  assert.match(text, /lacks the privilege VM\.Snapshot on \/vms\/100$/);
});
