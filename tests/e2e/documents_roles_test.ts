import assert from "node:assert/strict";
import { includesScope, type Scope, SCOPES } from "../../lib/auth/scope.ts";
import { TOOLS } from "../../lib/mcp/tools.ts";
import { TOOLSETS } from "../../lib/tool/toolsets.ts";
import type { FakePve } from "../fake_pve.ts";
import { Site, type SiteOptions } from "../site.ts";
import { cli } from "../support/cli.ts";
import { blocksOf, readDocument, rowsOf, sectionsOf } from "../support/documents.ts";
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
  "restart_service",
  "update_backup_job",
];

type Call = [tool: string, args: Record<string, unknown>];

/** Calls that between them need every privilege of their scope. */
const CALLS: Record<Scope, Call[]> = {
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

/** A site whose Proxmox token is the one that these `pveum` lines make. */
async function siteWith(
  lines: readonly string[],
  { config = {}, ...options }: Pick<SiteOptions, "pve" | "config"> = {},
): Promise<Site> {
  const fixed = crypto.randomUUID();
  const auth = { user: "mcp@pve", token_name: "assistant", token_value: fixed };
  const site = await Site.start({ ...options, config: { ...config, auth } });
  const value = pveum(site.fake, lines);
  for (const token of site.fake.state.tokens) if (token.value === value) token.value = fixed;
  return site;
}

async function listedBy(site: Site): Promise<string[]> {
  const { json } = await site.post({ method: "tools/list" });
  return json.result.tools.map((tool: { name: string }) => tool.name);
}

async function callAll(site: Site, calls: readonly Call[]): Promise<void> {
  for (const [tool, args] of calls) {
    const { isError, text } = await site.call(tool, args);
    assert.equal(isError, false, `${tool}: ${text}`);
  }
}

for (const version of ["9.2.11", "8.4.1"]) {
  Deno.test(`the documents' Proxmox roles suffice for their scopes, on ${version}`, async (t) => {
    const lines = blocksOf(await readDocument("docs/tokens"))
      .filter(({ language, text }) => language === "sh" && /^pveum /m.test(text))
      .flatMap(({ text }) => text.trim().split("\n"))
      .map((line) =>
        version.startsWith("8") ? line.replaceAll(/VM\.GuestAgent\.\w+/g, "VM.Monitor") : line
      );
    const roles = lines.filter((line) => line.startsWith("pveum role add"));
    const accounts = lines.filter((line) => !roles.includes(line));
    for (const scope of SCOPES) {
      await t.step(scope, async () => {
        const granted = accounts.map((line) => line.replace(/MCP-\w+/, `MCP-${scope}`));
        await using site = await siteWith([...roles, ...granted], { pve: { version } });
        const offered = await listedBy(site);
        const within = OFFERED.filter((tool) => includesScope(scope, tool.scope));
        const missing = within.map((tool) => tool.name).filter((name) => !offered.includes(name));
        const withheld = NEEDING_MODIFY.filter((name) => within.some((tool) => tool.name === name));
        assert.deepEqual(missing, withheld);
        for (const level of SCOPES) {
          if (includesScope(scope, level)) await callAll(site, CALLS[level]);
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

Deno.test("check prints the documents' roles of toolsets, chosen by an option or the config", async (t) => {
  await using site = await Site.start({ config: { tools: { toolsets: ["network"] } } });
  const check = ["check", "--config", `${site.folder}/config.json`];
  const printed = async (...args: string[]): Promise<string[][]> => {
    const { pveum } = JSON.parse((await cli([...check, "--json", ...args])).out);
    return pveum.map(({ privileges }: { privileges: string[] }) => privileges);
  };
  for (const toolset of TOOLSETS) {
    await t.step(toolset, async () => {
      const documented = await documentedRoles(toolset);
      assert.equal(documented.length, SCOPES.length);
      assert.deepEqual(await documentedRoles(toolset, "tr"), documented);
      assert.deepEqual(await printed("--toolset", toolset), documented);
    });
  }
});

/** What is to be done with each toolset's role, besides the calls above that are of the toolset. */
const TOOLSET_CALLS: Readonly<Record<string, Call[]>> = {};

for (const toolset of TOOLSETS) {
  Deno.test(`a token with only the documents' role for ${toolset} does its work`, async () => {
    const isOfIt = (name: string) =>
      TOOLS.some((tool) => tool.name === name && tool.toolsets.some((own) => own === toolset));
    const privileges = (await documentedRoles(toolset)).at(-1) ?? [];
    const role = `MCP-${toolset}`;
    await using site = await siteWith([
      `pveum role add ${role} --privs ${privileges.join(",")}`,
      "pveum user add mcp@pve",
      "pveum user token add mcp@pve assistant --privsep 1",
      `pveum acl modify / --roles ${role} --users mcp@pve`,
      `pveum acl modify / --roles ${role} --tokens 'mcp@pve!assistant'`,
    ], { config: { tools: { toolsets: [toolset] } } });
    const offered = await listedBy(site);
    const missing = OFFERED.map(({ name }) => name)
      .filter((name) => isOfIt(name) && !offered.includes(name));
    assert.deepEqual(missing, NEEDING_MODIFY.filter(isOfIt));
    const calls = SCOPES.flatMap((scope) => CALLS[scope]).filter(([name]) => isOfIt(name));
    await callAll(site, [...calls, ...TOOLSET_CALLS[toolset] ?? []]);
  });
}
