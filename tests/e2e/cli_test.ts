import assert from "node:assert/strict";
import { hashToken } from "../../lib/auth/token.ts";
import { TOOLS } from "../../lib/mcp/tools.ts";
import { startFakePve } from "../fake_pve.ts";
import { cli, type CliResult, spawnCli, startServe } from "../support/cli.ts";
import { loadConfig } from "../../lib/config/config.ts";
import type { Scope } from "../../lib/auth/scope.ts";
import { scopePrivileges } from "../../lib/cli/check/privileges.ts";
import { runServer } from "../../lib/cli/serve/run_server.ts";
import { giveToOwnerOf } from "../../lib/cli/with_store.ts";
import { OVER_HTTP, overStdio } from "../../lib/cli/serve/ways.ts";
import { SignalQueue } from "../../lib/cli/serve/signals.ts";
import { Folder } from "../support/folder.ts";
import { OF_BACKUP_SERVERS } from "../tools/cases/mod.ts";

const CONFIG = {
  proxmox: { host: "127.0.0.1", port: 1 },
  auth: { user: "a@pve", token_name: "t", token_value_file: "token" },
  server: { port: 0 },
};

/** A folder with a config whose secret is never readable, as for an operator without root. */
async function site(extra: Record<string, unknown> = {}): Promise<Folder & { config: string }> {
  const folder = await Folder.make();
  const config = await folder.write("config.json", { ...CONFIG, ...extra });
  return Object.assign(folder, { config });
}

/** A folder with a schema and the user ayse, an operator. */
async function migrated(): Promise<Folder & { config: string }> {
  const folder = await site();
  await ok(["migrate", "--config", folder.config]);
  await ok(["user", "create", "ayse", "--role", "Operator", "--config", folder.config]);
  return folder;
}

async function ok(args: readonly string[]): Promise<CliResult> {
  const result = await cli(args);
  assert.equal(result.status, 0, `${args.join(" ")}: ${result.err}`);
  return result;
}

async function refused(args: readonly string[], status: number): Promise<string> {
  const result = await cli(args);
  assert.equal(result.status, status, `${args.join(" ")}: ${result.err}`);
  assert.equal(result.out, "");
  assert.match(result.err, /^proxmox-mcp: [^\n]+$/, "one line on stderr");
  return result.err;
}

Deno.test("version and help end with 0 and need no config", async () => {
  const version = await spawnCli(["version"], { flags: [] });
  assert.match(version.out, /^proxmox-mcp \d+\.\d+\.\d+$/);
  assert.deepEqual([version.status, version.err], [0, ""]);
  assert.deepEqual(await spawnCli(["--version"], { flags: [] }), version);
  const help = (await ok(["--help"])).out;
  for (
    const name of [
      "serve",
      "token",
      "user",
      "role",
      "migrate",
      "check",
      "flags",
      "unit",
      "tools",
      "audit",
      "version",
    ]
  ) {
    assert.match(help, new RegExp(`^  ${name} `, "m"));
    assert.match((await ok([name, "--help"])).out, new RegExp(`^Usage: proxmox-mcp ${name}`));
  }
  for (const args of [["token", "create"], ["user", "create"], ["serve"], ["audit", "list"]]) {
    assert.match((await ok([...args, "--help"])).out, /Examples?:\n {2}proxmox-mcp/);
  }
});

Deno.test("no command at all prints the help on stderr and ends with 2", async () => {
  const result = await cli([]);
  assert.equal(result.status, 2);
  assert.equal(result.out, "");
  assert.match(result.err, /^Usage: proxmox-mcp/);
});

Deno.test("a mistyped command, option or value is one line with the nearest one, and ends with 2", async () => {
  const cases: [string[], RegExp][] = [
    [["srve"], /unknown command 'srve' \(Did you mean serve\?\)$/],
    [["serve", "--prot", "1"], /unknown option '--prot' \(Did you mean --port\?\)$/],
    [["serve", "--port", "http"], /'http' is invalid\. It must be a whole number from 0 to 65535$/],
    [["serve", "--host", "http://x"], /must be a name or address, not a URL: write "x"$/],
    [["serve", "--path", "mcp"], /must begin with "\/"/],
    [["serve", "extra"], /too many arguments/],
    [["token", "creat"], /unknown command 'creat' \(Did you mean create\?\)$/],
    [["token", "revoke", "x"], /'x' is invalid for argument 'ID'\. It must be a whole number/],
    [["token", "create", "--user", "a"], /required option '--name <LABEL>' not specified$/],
    [["audit", "list", "--since", "yesterday"], /must be a date such as 2026-07-28/],
    [["audit", "list", "--since", "2026-02-31"], /must be a date such as 2026-07-28/],
  ];
  for (const [args, message] of cases) assert.match(await refused(args, 2), message);
});

Deno.test("a missing config or schema ends with 1 and says what to do", async () => {
  await using folder = await site();
  assert.match(
    await refused(["migrate", "--config", folder.at("none.json")], 1),
    /Cannot read config .*none\.json: no such file or folder$/,
  );
  assert.match(
    await refused(["user", "list", "--config", folder.config], 1),
    /Cannot use the database: .*run `deno run -A main\.ts migrate`$/,
  );
  await refused(["user", "create", "ayse", "--config", folder.config], 1);
  const names = Array.from(Deno.readDirSync(folder.at("")), ({ name }) => name);
  assert.deepEqual(names.filter((name) => name.endsWith(".db")), [], "a database without a schema");
});

Deno.test("migrate says what it did, and that there is nothing to do", async () => {
  await using folder = await site();
  const first = await ok(["migrate", "--config", folder.config]);
  assert.match(first.out, /created table auth_user\n/);
  assert.match(first.out, /schema version 0 -> \d+$/);
  const second = await ok(["migrate", "--config", folder.config]);
  assert.match(second.out, /^schema version \d+: nothing to do$/);
});

Deno.test("migrate says that a database cannot be written", async () => {
  await using folder = await site({ database: { url: "sqlite:none/x.db" } });
  assert.match(
    await refused(["migrate", "--config", folder.config], 1),
    /Cannot open database .*none\/x\.db: /,
  );
});

Deno.test({
  name: "migrate as root gives the database to the owner of its folder",
  ignore: Deno.uid() !== 0,
  fn: async () => {
    await using folder = await site({ database: { url: "sqlite:state/x.db" } });
    await Deno.mkdir(folder.at("state"));
    await Deno.chown(folder.at("state"), 65534, 65534);
    await ok(["migrate", "--config", folder.config]);
    for await (const { name } of Deno.readDir(folder.at("state"))) {
      const { uid, gid } = await Deno.stat(folder.at("state", name));
      assert.deepEqual([name, uid, gid], [name, 65534, 65534]);
    }
  },
});

Deno.test({
  name: "root does not give away what a link of the service's leads to",
  ignore: Deno.uid() !== 0,
  fn: async () => {
    await using folder = await site();
    await Deno.mkdir(folder.at("state"));
    await Deno.chown(folder.at("state"), 65534, 65534);
    await Deno.writeTextFile(folder.at("shadow"), "root's");
    await Deno.symlink(folder.at("shadow"), folder.at("state", "x.db-wal"));
    await giveToOwnerOf(folder.at("state"), [folder.at("state", "x.db-wal")]);
    assert.equal((await Deno.stat(folder.at("shadow"))).uid, 0);
  },
});

Deno.test("DATABASE_URL weighs more than the config", async () => {
  await using folder = await site();
  const env = { DATABASE_URL: `sqlite:${folder.at("other.db")}` };
  assert.equal((await cli(["migrate", "--config", folder.config], { env })).status, 0);
  assert.ok((await Deno.stat(folder.at("other.db"))).size > 0);
  await assert.rejects(Deno.stat(folder.at("proxmox-mcp.db")));
});

Deno.test("user create and list, role list", async () => {
  await using folder = await migrated();
  const common = ["--config", folder.config];
  assert.match((await ok(["role", "list", ...common])).out, /^ID +NAME +SCOPE/);
  await ok(["user", "create", "root", "--superuser", ...common]);
  const users = JSON.parse((await ok(["user", "list", "--json", ...common])).out);
  assert.deepEqual(users.map((user: { name: string; scope: string }) => [user.name, user.scope]), [
    ["ayse", "write"],
    ["root", "admin"],
  ]);
  const cases: [string[], number, RegExp][] = [
    [
      ["user", "create", "x", "--role", "Operatr"],
      2,
      /there is no role Operatr: did you mean Operator\?$/,
    ],
    [["user", "create", "a b"], 2, /Cannot create user/],
    [["user", "create", "ayse"], 1, /Cannot create user ayse/],
  ];
  for (const [args, status, message] of cases) {
    assert.match(await refused([...args, ...common], status), message);
  }
  assert.equal(JSON.parse((await ok(["user", "list", "--json", ...common])).out).length, 2);
});

Deno.test("token create prints the raw token alone on stdout; list never shows it or its hash", async () => {
  await using folder = await migrated();
  const common = ["--config", folder.config];
  const args = ["token", "create", "--user", "ayse", "--name", "laptop", "--permission", "admin"];
  const created = await ok([
    ...args,
    ...["--expires-days", "30", "--allowed-ips", "10.0.0.0/8, ::1"],
    ...["--pool", "dev", "--vmid", "100-199,250", "--tool", "get_vms", ...common],
  ]);
  assert.match(created.out, /^pmcp_[\w-]{43}$/);
  assert.match(
    created.err,
    /created token 1 "laptop" for ayse: admin, expires .*, usable only from 10\.0\.0\.0\/8,::1/,
  );
  assert.match(created.err, /the role of ayse allows less: its scope is write/);
  assert.ok(!created.err.includes(created.out));
  const hash = hashToken(created.out);
  for (const format of [[], ["--json"]]) {
    const { out, err } = await ok(["token", "list", ...format, ...common]);
    assert.ok(!(out + err).includes(created.out) && !(out + err).includes(hash.slice(0, 16)));
  }
  const [token] = JSON.parse((await ok(["token", "list", "--json", ...common])).out);
  assert.equal(token.hash_prefix, hash.slice(0, 8));
  assert.equal(token.allowed_ips, "10.0.0.0/8,::1");
  assert.deepEqual(token.limits.pools, ["dev"]);
  assert.deepEqual(token.limits.toolsAllow, ["get_vms"]);
  assert.equal(token.state, "active");
  assert.match(
    (await ok(["token", "revoke", "1", ...common])).out,
    /^revoked token 1 "laptop" of ayse/,
  );
  const [revoked] = JSON.parse((await ok(["token", "list", "--json", ...common])).out);
  assert.equal(revoked.state, "revoked");
});

Deno.test("token create refuses what cannot be used and writes nothing", async () => {
  await using folder = await migrated();
  const create = (changes: Record<string, string>) => {
    const options = {
      user: "ayse",
      name: "x",
      permission: "read",
      config: folder.config,
      ...changes,
    };
    return [
      "token",
      "create",
      ...Object.entries(options).flatMap(([key, value]) => [`--${key}`, value]),
    ];
  };
  const cases: [Record<string, string>, RegExp][] = [
    [{ user: "ays" }, /there is no user ays: did you mean ayse\?$/],
    [
      { user: "bob" },
      /there is no user bob: create it with `deno run -A main\.ts user create NAME`$/,
    ],
    [{ permission: "wirte" }, /one of read, write, admin: did you mean write\?$/],
    [{ "expires-days": "0" }, /'0' is invalid\. It must be a whole number from 1 to/],
    [{ "expires-days": "-3" }, /'-3' is invalid/],
    [{ "expires-days": "1.5" }, /'1\.5' is invalid/],
    [{ "allowed-ips": "10.0.0.0/33" }, /10\.0\.0\.0\/33/],
    [{ "allowed-ips": "10.0.0.1,nonsense" }, /nonsense/],
    [{ "allowed-ips": "" }, /It must not be empty/],
    [{ name: " " }, /It must have 1 to 100 characters/],
    [{ name: "x".repeat(101) }, /It must have 1 to 100 characters/],
    [{ vmid: "200-100" }, /Cannot read the vmid range "200-100"/],
    [{ tool: "get_vm" }, /there is no tool get_vm: did you mean get_vms\?$/],
    [{ pool: "a,,b" }, /It holds an empty name/],
  ];
  for (const [changes, message] of cases) assert.match(await refused(create(changes), 2), message);
  assert.equal((await ok(["token", "list", "--json", "--config", folder.config])).out, "[]");
  assert.match(
    await refused(["token", "revoke", "7", "--config", folder.config], 2),
    /Cannot revoke token 7/,
  );
});

Deno.test("audit verify of an empty trail is ok, prune refuses the future", async () => {
  await using folder = await site();
  const common = ["--config", folder.config];
  await ok(["migrate", ...common]);
  assert.match((await ok(["audit", "verify", ...common])).out, /^ok: 0 rows read$/);
  assert.match(
    await refused(["audit", "prune", "--before", "2999-01-01", ...common], 2),
    /lies in the future$/,
  );
  assert.match((await ok(["audit", "prune", "--before", "2026-01-01", ...common])).out, /no rows/);
});

Deno.test("migrate makes the audit key once; audit verify and prune need it, list and head do not", async () => {
  await using folder = await site({ audit: { key_file: "audit.key" } });
  const common = ["--config", folder.config];
  const key = folder.at("audit.key");
  const made = (await ok(["migrate", ...common])).out;
  assert.match(made, /^made audit\.key_file \S+\/audit\.key: keep a copy/m);
  assert.equal(((await Deno.stat(key)).mode ?? 0) & 0o777, 0o600);
  const text = await Deno.readTextFile(key);
  assert.match(text, /^[0-9a-f]{64}\n$/);
  assert.doesNotMatch((await ok(["migrate", ...common])).out, /key/);
  assert.equal(await Deno.readTextFile(key), text);
  const head = (await ok(["audit", "head", ...common])).out;
  assert.match(head, /^1:[0-9a-f]{64}$/);
  assert.equal(
    (await ok(["audit", "verify", "--head", head, ...common])).out,
    "ok: 1 rows read (1 to 1)",
  );
  const longer = `2:${"0".repeat(64)}`;
  const cut = await cli(["audit", "verify", "--head", longer, ...common]);
  assert.deepEqual([cut.status, cut.out], [1, "row 2 was removed\nfail: 1 rows read (1 to 1)"]);
  assert.match(
    await refused(["audit", "verify", "--head", "1", ...common], 2),
    /it is not SEQ:HASH/,
  );
  await Deno.remove(key);
  for (
    const command of [["verify"], ["prune", "--before", "2020-01-01"], ["verify", "--head", head]]
  ) {
    assert.match(
      await refused(["audit", ...command, ...common], 1),
      /Cannot use audit\.key_file \S+: no such file or folder; `deno run -A main\.ts migrate` makes it$/,
    );
  }
  const row = JSON.parse((await ok(["audit", "list", "--json", ...common])).out);
  assert.match(row.key_id, /^[0-9a-f]{16}$/);
  assert.ok(!text.includes(row.key_id));
  assert.equal((await ok(["audit", "head", ...common])).out, head);
});

Deno.test("tools lists every tool in three forms", async () => {
  const json = JSON.parse((await ok(["tools", "--json"])).out);
  assert.deepEqual(json.map((tool: { name: string }) => tool.name), TOOLS.map((tool) => tool.name));
  const rows = (await ok(["tools"])).out.split("\n");
  assert.equal(rows.length, TOOLS.length + 1);
  const markdown = (await ok(["tools", "--markdown"])).out.split("\n");
  assert.equal(markdown.length, TOOLS.length + 2);
  assert.ok(markdown.every((row) => row.startsWith("| ") && row.endsWith(" |")));
});

Deno.test("tools and check tell the scopes that the config gives", async () => {
  await using folder = await Folder.make();
  await folder.write("token", "secret-value");
  const scopes = { rollback_snapshot: "write", get_nodes: "admin", get_vms: "user" };
  const file = await folder.write("config.json", { ...CONFIG, tools: { scopes } });
  const rows = (await ok(["tools", "--config", file])).out.split("\n");
  assert.ok(rows.some((row) => /^rollback_snapshot +write /.test(row)));
  const report = JSON.parse((await cli(["check", "--json", "--config", file])).out);
  assert.deepEqual(
    report.findings.filter(({ name }: { name: string }) => name === "scopes")
      .map(({ state, message }: { state: string; message: string }) => `${state} ${message}`),
    ["warn rollback_snapshot: write in place of admin", "ok get_nodes: admin in place of user"],
  );
});

Deno.test("tools, check and the roles for Proxmox tell of what is off until the config switches it on", async () => {
  await using folder = await Folder.make();
  await folder.write("token", "secret-value");
  const all = (await ok(["tools"])).out.split("\n").filter((row) => row.includes("off without"));
  const [ofBackups = [], off = []] = [true, false].map((of) =>
    all.filter((row) => row.includes("`backup_servers`") === of)
  );
  assert.deepEqual(ofBackups.map((row) => row.split(" ")[0]), [...OF_BACKUP_SERVERS]);
  assert.equal(off.length, 4);
  assert.match(off[0] ?? "", /^create_proxmox_token .*User\.Modify.*`tools\.secrets_dir`/);
  assert.match(off[1] ?? "", /^delete_proxmox_token .*User\.Modify.*`tools\.secrets_dir`/);
  assert.match(off[2] ?? "", /^execute_container_command .*VM\.Console.*`tools\.container_exec`/);
  assert.match(off[3] ?? "", /^migrate_to_cluster .*VM\.Migrate.*`clusters`/);
  const json = JSON.parse((await ok(["tools", "--json"])).out);
  assert.deepEqual(
    json.flatMap((tool: { switched_on_by?: string }) => tool.switched_on_by ?? [])
      .filter((key: string) => key !== "backup_servers"),
    ["tools.secrets_dir", "tools.secrets_dir", "tools.container_exec", "clusters"],
  );
  const said = async (tools: Record<string, unknown>) => {
    const file = await folder.write("config.json", { ...CONFIG, tools });
    return (await cli(["check", "--config", file])).out;
  };
  assert.doesNotMatch(await said({}), /container_exec|secrets_dir/);
  assert.match(await said({ secrets_dir: "secrets" }), /secrets_dir +on: \S+secrets receives/);
  assert.match(await said({ container_exec: true }), /container_exec +on: .*root in containers/);
  const roles = await Deno.readTextFile(new URL("../../docs/tokens.md", import.meta.url));
  assert.doesNotMatch(roles, /VM\.Console|User\.Modify/);
});

Deno.test("the roles for Proxmox go by the scopes that the config gives", () => {
  const auth = { user: "a@pve", token_name: "t" };
  const forWrite = (scopes: Record<string, Scope>) =>
    scopePrivileges(TOOLS, { auth, policy: { scopes }, major: 9 })[1]?.privileges ?? [];
  assert.ok(!forWrite({}).includes("VM.Allocate"));
  assert.ok(forWrite({ create_vm: "write" }).includes("VM.Allocate"));
});

Deno.test("a failure shows its stack with --debug only", async () => {
  await using folder = await site();
  const args = ["migrate", "--config", folder.at("none.json")];
  assert.doesNotMatch((await cli(args)).err, /\n/);
  assert.match((await cli([...args, "--debug"])).err, /\n {4}at /);
});

Deno.test("serve refuses to start with one line and 1", async () => {
  await using folder = await site();
  await folder.write("token", "secret-value");
  const serve = (...args: string[]) => ["serve", "--config", folder.config, ...args];
  using taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const cases: [string[], RegExp][] = [
    [serve("--no-auth", "--host", "0.0.0.0"), /Cannot serve with --no-auth on 0\.0\.0\.0/],
    [
      serve("--log-file", folder.at("no", "x.log")),
      /Cannot open log file .*: no such file or folder$/,
    ],
    [
      serve("--port", String(taken.addr.port)),
      /Cannot listen on 127\.0\.0\.1:\d+: the port is in use/,
    ],
    [serve("--host", "192.0.2.1"), /Cannot listen on 192\.0\.2\.1:\d+: /],
  ];
  for (const [args, message] of cases) assert.match(await refused(args, 1), message);
  const wrong = await folder.write("wrong.json", { ...CONFIG, tools: { deny: ["get_vm"] } });
  assert.match(
    await refused(["serve", "--config", wrong], 1),
    /Cannot use tools\.deny: there is no tool get_vm: did you mean get_vms\?$/,
  );
  const scopes: [unknown, RegExp][] = [
    [
      { get_vm: "write" },
      /Cannot use tools\.scopes: there is no tool get_vm: did you mean get_vms\?$/,
    ],
    [
      { start_vm: "user" },
      /Cannot use tools\.scopes: start_vm changes something: it can be write or admin, not user$/,
    ],
    [{ Get_vms: "admin" }, /: tools\.scopes\.Get_vms must hold names of tools such as get_nodes$/],
    [["get_vms"], /: tools\.scopes must be an object$/],
    [
      { execute: "admin" },
      /: there is no tool execute: `deno run -A main\.ts tools` lists them all$/,
    ],
    [{ start_vm: "root" }, /: tools\.scopes\.start_vm must be "user", "write" or "admin"$/],
  ];
  for (const [given, message] of scopes) {
    const file = await folder.write("scopes.json", { ...CONFIG, tools: { scopes: given } });
    assert.match(await refused(["serve", "--config", file], 1), message);
  }
});

Deno.test("serve leaves standard error to a queue, so that no reader holds it up", async () => {
  await using folder = await Folder.make();
  const file = await folder.write("config.json", {
    proxmox: { host: "127.0.0.1", port: 1 },
    auth: { user: "a@pve", token_name: "t", token_value: "x" },
    server: { port: 0 },
    tools: { scopes: { rollback_snapshot: "write" } },
  });
  const env = () => undefined;
  const signals = new SignalQueue();
  signals.push("stop");
  let written = "";
  await runServer({
    context: {
      version: "0.0.0",
      io: {
        out: () => {},
        err: (line) => assert.fail(`a write that waits: ${line}`),
        writeErr: (bytes) => {
          written += new TextDecoder().decode(bytes);
          return Promise.resolve(bytes.length);
        },
        env,
        now: () => new Date(),
      },
    },
    load: () => loadConfig({ file, env }),
    signals,
    way: OVER_HTTP,
    lock: () => "locked",
  });
  assert.match(written, /^proxmox-mcp 0\.0\.0\n {2}address .*Server stopped\n$/s);
  assert.match(written, /^ {2}tools +\d+; rollback_snapshot: write in place of admin$/m);
});

Deno.test("serve answers, logs to its file, and ends with 0 on SIGTERM", async () => {
  await using folder = await Folder.make();
  await using pve = await startFakePve();
  await folder.write("ca.pem", pve.caPem);
  await folder.write("token", `${pve.token.value}\n`);
  const config = await folder.write("config.json", {
    proxmox: { host: pve.host, port: pve.port, ca_file: "ca.pem" },
    auth: { user: pve.token.user, token_name: pve.token.name, token_value_file: "token" },
    server: { port: 0 },
    logging: { file: folder.at("server.log") },
  });
  await using server = await startServe(["--config", config]);
  assert.match(server.lines[0] ?? "", /^proxmox-mcp \d/);
  const block = server.lines.join("\n");
  assert.match(block, /^ {2}lock +locked \(worker\)$/m);
  assert.match(block, /^ {2}store +sqlite:.*proxmox-mcp\.db$/m);
  assert.match(block, /^ {2}proxmox +127\.0\.0\.1 port \d+: Proxmox VE 9\.2\.11$/m);
  await ok(["user", "create", "ayse", "--superuser", "--config", config]);
  const token = (await ok([
    ...["token", "create", "--user", "ayse", "--name", "x", "--permission", "read"],
    ...["--config", config],
  ])).out;
  const answer = await fetch(server.url, {
    method: "POST",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    body: JSON.stringify({ method: "tools/call", params: { name: "get_nodes", arguments: {} } }),
  });
  assert.equal(answer.status, 200);
  assert.equal((await answer.json()).result.isError ?? false, false);
  server.kill("SIGTERM");
  assert.equal((await server.status).code, 0);
  const log = await folder.read("server.log");
  assert.match(
    log,
    /AUDIT time=\S+ request_id=\S+ user=ayse token_id=1 token_name=x .*tool=get_nodes/,
  );
  assert.match(log, /Server stopped$/m);
  assert.doesNotMatch(log, /Tokens:/, "there was none when it started");
  assert.ok(!log.includes(pve.token.value) && !log.includes(token));
  assert.match((await ok(["audit", "list", "--config", config])).out, /ayse .*get_nodes/);
  assert.match(
    (await ok(["audit", "verify", "--config", config])).out,
    /^ok: 5 rows read \(1 to 5\)$/,
    "two of each command, before and after, and one of the call",
  );
});

Deno.test("serve tells in its log of tokens that expire soon, and quietly of those that never do", async () => {
  await using folder = await Folder.make();
  const config = await folder.write("config.json", {
    ...CONFIG,
    auth: { user: "a@pve", token_name: "t", token_value: "x" },
  });
  await ok(["migrate", "--config", config]);
  await ok(["user", "create", "ayse", "--config", config]);
  const create = ["token", "create", "--user", "ayse", "--name", "x", "--permission", "read"];
  await ok([...create, "--config", config]);
  await ok([...create, "--expires-days", "3", "--config", config]);
  await using server = await startServe(["--config", config]);
  await server.line(
    /WARNING - Tokens: active tokens that expire within 14 days: 1 \(#2 of ayse\)$/,
  );
  await server.line(/INFO - Tokens: active tokens that have no expiry: 1 \(#1 of ayse\)$/);
});

Deno.test("serve says in its log that nobody can log in, and how somebody may", async () => {
  await using folder = await Folder.make();
  const config = await folder.write("config.json", {
    ...CONFIG,
    auth: { user: "a@pve", token_name: "t", token_value: "x" },
  });
  await using server = await startServe(["--config", config]);
  await server.line(
    /WARNING - nobody can log in: there is no active token; make one by deno run .* user create NAME .* token create --user NAME /,
  );
});

Deno.test("stdio refuses options that cannot be with one line and 2", async () => {
  const both = ["stdio", "--scope", "write", "--token-file", "token"];
  assert.match(await refused(both, 2), /--scope and --token-file exclude each other/);
  assert.match(await refused(["stdio", "--scope", "rite"], 2), /did you mean write\?/);
});

Deno.test("stdio starts without tables or a token that it can read as little as any", async () => {
  await using folder = await Folder.make();
  const file = await folder.write("config.json", {
    proxmox: { host: "127.0.0.1", port: 1 },
    auth: { user: "a@pve", token_name: "t", token_value: "x" },
  });
  const start = (token?: string) =>
    runServer({
      context: {
        version: "0.0.0",
        io: {
          out: () => assert.fail("standard output is the client's"),
          err: () => {},
          env: () => undefined,
          now: () => new Date(),
          input: async function* () {},
          writeOut: (bytes) => Promise.resolve(bytes.length),
        },
      },
      load: () =>
        loadConfig({
          file,
          env: () => undefined,
          options: { "--stdio": true, "--token-file": token },
        }),
      signals: new SignalQueue(),
      way: overStdio({ user: "local", scope: "user", toolsets: null }),
      lock: () => "locked",
    });
  const tables =
    /Cannot use the database: .*has no tables yet; run `deno run -A main.ts migrate`, or `deno task init`/;
  await assert.rejects(start(await folder.write("early", "x")), tables);
  await assert.rejects(Deno.stat(folder.at("proxmox-mcp.db")), Deno.errors.NotFound);
  await cli(["migrate", "--config", file]);
  await assert.rejects(
    start(folder.at("none")),
    /Cannot read the token file .*none: no such file or folder$/,
  );
  await assert.rejects(start(await folder.write("token", "\n")), /token: it is empty$/);
  const { console } = globalThis;
  const before = { ...console };
  const told: unknown[] = [];
  Object.assign(console, { error: (text: unknown) => told.push(text) });
  await start();
  const { log, table } = console;
  log("of a package");
  table([1]);
  Object.assign(console, before);
  assert.equal(told.length, 2);
});
