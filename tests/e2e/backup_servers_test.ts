import type { Finding } from "../../lib/cli/check/finding.ts";
import assert from "node:assert/strict";
import { makeCertificate } from "../fake_pve/certificate.ts";
import { startFakePbs } from "../fake_pbs.ts";
import { sectionFor } from "../support/backup_site.ts";
import { cli, startServe } from "../support/cli.ts";
import { Folder } from "../support/folder.ts";
import { Fresh, good, modeOf } from "../support/fresh.ts";
import { freePort } from "../support/port.ts";

/** What `check` says of backup servers. */
async function checked(
  fresh: Fresh,
  ...options: string[]
): Promise<{ lines: Finding[]; commands: string[] }> {
  const { out } = await cli(["check", "--json", "--config", fresh.config, ...options]);
  const report = JSON.parse(out);
  const advice: { commands: string[] }[] = report.proxmox_backup_manager ?? [];
  return {
    lines: report.findings.filter(({ name }: Finding) => name === "backups"),
    commands: advice.flatMap(({ commands }) => commands),
  };
}

/** Puts sections into the config that stands there. */
async function name(fresh: Fresh, backup_servers: Record<string, unknown>): Promise<void> {
  const content = JSON.parse(await fresh.folder.read("config.json"));
  await fresh.folder.write("config.json", JSON.stringify({ ...content, backup_servers }));
}

Deno.test("init --add-backup-server shows the certificate, asks, tries the token and adds a section", async () => {
  await using fresh = await Fresh.make();
  await using pbs = await startFakePbs();
  good(await fresh.init(fresh.options));
  const before = JSON.parse(await fresh.folder.read("config.json"));
  const { user, name, value } = pbs.tokenFor("admin");
  const wrong = "00000000-0000-0000-0000-000000000000";
  const answers = [`${pbs.host}:${pbs.port}`, "y", user, name, wrong, value];
  const out = good(await fresh.init(["--add-backup-server", "pbs1"], { answers }));
  assert.ok(out.includes(pbs.fingerprint), out);
  assert.match(out, /proxmox-backup-manager cert info/);
  assert.match(out, /rejected the API token root@pam!\S+/);
  assert.match(out, /root@pam!\S+ works, Proxmox Backup Server 4\.2/);
  assert.match(
    out,
    /^ {2}proxmox-backup-manager acl update \/remote RemoteAudit --auth-id 'root@pam!/m,
  );
  assert.ok(!out.includes(value) && !out.includes(wrong), "a secret is shown");
  assert.deepEqual(JSON.parse(await fresh.folder.read("config.json")), {
    ...before,
    backup_servers: {
      pbs1: {
        host: pbs.host,
        port: pbs.port,
        fingerprint: pbs.fingerprint,
        user,
        token_name: name,
        token_value_file: "pbs-pbs1-token",
      },
    },
  });
  assert.equal((await fresh.folder.read("pbs-pbs1-token")).trim(), value);
  assert.equal(await modeOf(fresh.folder.at("pbs-pbs1-token")), 0o600);
  const { lines, commands } = await checked(fresh);
  assert.deepEqual(lines.map(({ state }) => state), ["ok", "ok", "ok"], JSON.stringify(lines));
  assert.deepEqual(commands, []);
  const again = await fresh.init(["--yes", "--add-backup-server", "pbs1"]);
  assert.equal(again.status, 2);
  assert.match(again.err, /has backup_servers\.pbs1 already/);
  const address = `${pbs.host}:${pbs.port}`;
  const twice = await fresh.init(["--yes", "--add-backup-server", "pbs2", "--host", address]);
  assert.equal(twice.status, 2);
  assert.ok(twice.err.endsWith(`has ${address} already, as backup_servers.pbs1`), twice.err);
});

Deno.test({
  name: "init --add-backup-server copies a CA beside the config of a service, which reads no home",
  ignore: Deno.uid() !== 0,
  fn: async () => {
    await using folder = await Folder.make();
    await using pbs = await startFakePbs();
    const etc = await Deno.makeTempDir({ dir: "/etc" });
    await using _ = { [Symbol.asyncDispose]: () => Deno.remove(etc, { recursive: true }) };
    const auth = { user: "a@pve", token_name: "t", token_value: "x" };
    const before = { proxmox: { host: "127.0.0.1", port: 1 }, auth };
    await Deno.writeTextFile(`${etc}/config.json`, JSON.stringify(before));
    const { user, name, value } = pbs.tokenFor("admin");
    const added = await cli([
      ...["init", "--yes", "--config", `${etc}/config.json`, "--add-backup-server", "pbs1"],
      ...["--host", `${pbs.host}:${pbs.port}`, "--proxmox-user", user, "--token-name", name],
      ...["--ca-file", await folder.write("own-ca.pem", pbs.caPem)],
      ...["--token-file", await folder.write("pbs-secret", value)],
    ]);
    assert.equal(added.status, 0, added.err);
    const { backup_servers } = JSON.parse(await Deno.readTextFile(`${etc}/config.json`));
    assert.equal(backup_servers.pbs1.ca_file, `${etc}/pbs-pbs1-ca.pem`);
    assert.equal(await Deno.readTextFile(backup_servers.pbs1.ca_file), pbs.caPem);
    assert.equal(await modeOf(backup_servers.pbs1.ca_file), 0o644);
  },
});

Deno.test("init --add-backup-server writes nothing for another certificate, name or token", async () => {
  await using fresh = await Fresh.make();
  await using pbs = await startFakePbs({ empty: true });
  const add = ["--add-backup-server", "pbs1", "--yes", "--host", `${pbs.host}:${pbs.port}`];
  const early = await fresh.init(add);
  assert.match(early.err, /there is no config .*: run `.*init` first/);
  good(await fresh.init(fresh.options));
  const before = await fresh.folder.read("config.json");
  const cases: [string[], RegExp][] = [
    [[...add, "--fingerprint", "ab".repeat(32)], /certificate has SHA-256 [0-9A-F:]+, not the one/],
    [["--add-backup-server", "PBS 1", "--yes"], /must be a name of at most 32 lower-case letters/],
    [
      [...add, "--token-file", fresh.elsewhere("secret")],
      /rejected the API token mcp@pbs!assistant/,
    ],
    [
      ["--add-backup-server", "pbs1", "--yes", "--host", `127.0.0.1:${freePort()}`],
      /Cannot reach the backup server: 127\.0\.0\.1:\d+ refuses the connection: check the address/,
    ],
    [add, /give its token's secret by --token-file FILE/],
    [["--add-backup-server", "pbs1", "--yes"], /give --host HOST/],
  ];
  for (const [args, message] of cases) {
    const { status, err } = await fresh.init(args);
    assert.notEqual(status, 0);
    assert.match(err, message);
  }
  assert.equal(await fresh.folder.read("config.json"), before);
  assert.ok(!(await fresh.files()).includes("pbs-pbs1-token"));
});

Deno.test("check tells of each backup server what its token does not see, and prints what grants it", async () => {
  await using fresh = await Fresh.make();
  await using pbs = await startFakePbs();
  await using dead = await startFakePbs({ empty: true });
  good(await fresh.init(fresh.options));
  await name(fresh, {
    audit: sectionFor(pbs, "audit"),
    dead: sectionFor(dead, "admin", { timeout_seconds: 1 }),
    nobody: sectionFor(pbs, "none"),
    other: sectionFor(pbs, "admin", { fingerprint: "ab".repeat(32) }),
    pve: sectionFor(pbs, "backup"),
    stranger: sectionFor(pbs, "admin", { fingerprint: undefined, ca_file: "stranger.pem" }),
    wrong: sectionFor(pbs, "admin", { token_value: "wrong-secret" }),
  });
  await dead.unplug();
  await fresh.folder.write("stranger.pem", makeCertificate("pbs").caPem);
  const { lines, commands } = await checked(fresh);
  const about = (server: string) =>
    lines.filter(({ message }) => message.startsWith(`${server} (`));
  const states = (server: string) => about(server).map(({ state }) => state);
  assert.deepEqual(states("audit"), ["ok", "ok", "ok"]);
  assert.match(
    about("audit")[2]?.message ?? "",
    /Datastore\.Verify, Datastore\.Modify, Datastore\.Prune/,
  );
  assert.deepEqual(states("nobody"), ["ok", "fail"]);
  assert.match(about("nobody")[1]?.message ?? "", /may do nothing at all, so every list is empty/);
  assert.deepEqual(states("dead"), ["fail"]);
  assert.match(about("dead")[0]?.message ?? "", /cannot reach backup server dead/);
  assert.deepEqual(states("other"), ["fail"]);
  assert.ok(about("other")[0]?.remedy?.includes(`it shows ${pbs.fingerprint}`));
  assert.deepEqual(states("stranger"), ["fail"]);
  assert.match(about("stranger")[0]?.remedy ?? "", /^no CA in backup_servers\.stranger\.ca_file /);
  assert.deepEqual(states("wrong"), ["fail"]);
  assert.match(about("wrong")[0]?.message ?? "", /rejected the API token/);
  const unseen = about("pve").map(({ message }) => message).join("\n");
  assert.match(unseen, /without Datastore\.Audit on \/datastore datastores are missing/);
  assert.match(unseen, /without Remote\.Audit on \/remote no remote is listed, and no sync job/);
  assert.ok(
    commands.includes(`proxmox-backup-manager user generate-token root@pam ${pbs.token.name}`),
  );
  const shown = await cli(["check", "--config", fresh.config]);
  assert.equal(shown.status, 1);
  assert.match(shown.out, /^On backup server nobody, as root, to read all:$/m);
  assert.ok(!shown.out.includes("wrong-secret"));
});

Deno.test("check grants on backup servers what the chosen toolsets' tools need, and no more", async () => {
  await using fresh = await Fresh.make();
  await using pbs = await startFakePbs();
  good(await fresh.init(fresh.options));
  await name(fresh, { audit: sectionFor(pbs, "audit"), pve: sectionFor(pbs, "backup") });
  const grantsFor = async (...options: string[]) => {
    const { commands } = await checked(fresh, ...options);
    const grants = commands.map((command) => /acl update (\S+ \S+) --auth-id/.exec(command)?.[1]);
    return [...new Set(grants)];
  };
  const both = ["/ Audit", "/remote RemoteAudit"];
  assert.deepEqual(await grantsFor(), both, "core, which init has written, only reads");
  assert.deepEqual(await grantsFor("--toolset", "network"), []);
  assert.deepEqual(await grantsFor("--toolset", "backups"), [...both, "/datastore DatastoreAdmin"]);
  const { user, name: token } = pbs.tokenFor("audit");
  const { commands } = await checked(fresh, "--toolset", "backups");
  for (const owner of [user, `'${user}!${token}'`]) {
    const line = `proxmox-backup-manager acl update /datastore DatastoreAdmin --auth-id ${owner}`;
    assert.ok(commands.includes(line), line);
  }
  const { lines } = await checked(fresh, "--toolset", "network");
  assert.ok(lines.every(({ state }) => state === "ok"), JSON.stringify(lines));
  assert.match(lines[1]?.message ?? "", /^audit \(.*\): tools of network need nothing there$/);
  const shown = await cli(["check", "--config", fresh.config, "--toolset", "backups"]);
  assert.match(
    shown.out,
    /^On backup server pve, as root, to read all, and for Datastore\.Verify, Datastore\.Modify and Datastore\.Prune, which changes need:$/m,
  );
  assert.match(shown.out, /^Other tools can still be called by name, /m);
});

Deno.test("check grants on backup servers no more than the tools need that the config offers", async () => {
  await using fresh = await Fresh.make();
  await using pbs = await startFakePbs();
  good(await fresh.init(fresh.options));
  await name(fresh, { nobody: sectionFor(pbs, "none") });
  const offer = async (tools: Record<string, unknown>) => {
    const content = JSON.parse(await fresh.folder.read("config.json"));
    await fresh.folder.write("config.json", JSON.stringify({ ...content, tools }));
    const { commands } = await checked(fresh, "--toolset", "backups");
    return commands.filter((command) => !command.includes("'")).map((command) =>
      command.replace(/^.*update (\S+ \S+) .*$/, "$1")
    );
  };
  assert.deepEqual(await offer({ read_only: true }), ["/ Audit", "/remote RemoteAudit"]);
  const verifies = ["verify_backups", "get_backup_snapshots"];
  assert.deepEqual(await offer({ allow: verifies }), [
    "/datastore DatastoreAudit",
    "/datastore DatastoreReader",
  ]);
});

Deno.test("a locked server names each backup server; one that is away changes nothing else", async () => {
  await using fresh = await Fresh.make();
  await using pbs = await startFakePbs();
  await using dead = await startFakePbs({ empty: true });
  good(await fresh.init(fresh.options));
  await name(fresh, { pbs1: sectionFor(pbs, "audit"), pbs2: sectionFor(dead, "admin") });
  await dead.unplug();
  const flags = good(await cli(["flags", "--config", fresh.config]));
  for (const { host, port } of [pbs, dead]) assert.ok(flags.includes(`${host}:${port}`), flags);
  await using server = await startServe(["--config", fresh.config], { cwd: fresh.folder.path });
  const block = server.lines.join("\n");
  assert.match(block, /locked \(worker\)/);
  assert.match(block, /backups +pbs1 \(127\.0\.0\.1 port \d+\): Proxmox Backup Server 4\.2/);
  assert.match(block, /backups +pbs2 \(.*\): cannot reach backup server pbs2/);
  const response = await fetch(new URL("/readyz", server.url));
  assert.equal(response.status, 200);
  assert.deepEqual(await response.json(), {
    status: "ok",
    database: "ok",
    proxmox: "ok",
    backup_servers: { pbs1: "ok", pbs2: "unavailable" },
  });
});
