import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { checkSecretFiles } from "../../lib/cli/check/files.ts";
import type { Finding } from "../../lib/cli/check/finding.ts";
import { probeProxmox } from "../../lib/cli/serve/probe.ts";
import { loadConfig } from "../../lib/config/config.ts";
import { type FakePve, startFakePve } from "../fake_pve.ts";
import { makeCertificate } from "../fake_pve/certificate.ts";
import { cli, type CliResult, startServe } from "../support/cli.ts";
import { Folder } from "../support/folder.ts";
import { freePort } from "../support/port.ts";

/** A new administrator's machine: one folder, one config, and Proxmox somewhere. */
class DayOne {
  readonly folder: Folder;
  readonly config: {
    proxmox: Record<string, unknown>;
    auth: Record<string, unknown>;
    server: Record<string, unknown>;
  };

  constructor(folder: Folder, pve: FakePve) {
    this.folder = folder;
    this.config = {
      proxmox: { host: "no-such-host.invalid", port: pve.port + 1 },
      auth: { user: pve.token.user, token_name: pve.token.name, token_value_file: "token" },
      server: { port: freePort() },
    };
  }

  async check(): Promise<CliResult & { readonly failed: readonly Finding[] }> {
    await this.folder.write("config.json", this.config);
    const args = ["check", "--config", this.folder.at("config.json")];
    const json = await cli([...args, "--json"]);
    const { findings } = JSON.parse(json.out) as { findings: Finding[] };
    const failed = findings.filter(({ state }) => state === "fail");
    const text = await cli(args);
    assert.equal(text.status, failed.length > 0 ? 1 : 0);
    assert.equal(json.status, text.status);
    for (const { message } of failed) assert.ok(text.out.includes(message.slice(0, 40)), text.out);
    return { ...text, failed };
  }

  /** The only failure, which must say what to do. */
  async onlyFailure(): Promise<string> {
    const { failed, out } = await this.check();
    assert.equal(failed.length, 1, out);
    return `${failed[0]?.name}: ${failed[0]?.message}: ${failed[0]?.remedy ?? ""}`;
  }
}

/** What `serve` would say of Proxmox when it starts. */
async function probed(folder: Folder): Promise<string> {
  const env = () => undefined;
  const config = await loadConfig({ file: folder.at("config.json"), env });
  return (await probeProxmox(config.clusters[0], config)).message;
}

Deno.test("a new administrator is led from a wrong config to a running server", async () => {
  await using folder = await Folder.make();
  await using pve = await startFakePve();
  const day = new DayOne(folder, pve);
  const { proxmox, auth, server } = day.config;

  const first = await day.onlyFailure();
  assert.match(
    first,
    /^config: Cannot read auth\.token_value_file .*token of .*no such file or folder/,
  );
  await folder.write("token", "00000000-0000-0000-0000-000000000000", 0o644);

  const exposed = await day.check();
  const secret = exposed.failed.find(({ name }) => name === "secrets");
  assert.match(
    secret?.message ?? "",
    /auth\.token_value_file .*token can be read by everyone \(0644\)$/,
  );
  const [command, mode, path] = (secret?.remedy ?? "").split(" ");
  assert.deepEqual([command, path], ["chmod", folder.at("token")]);
  await Deno.chmod(folder.at("token"), Number.parseInt(mode ?? "", 8));

  assert.match(
    await day.onlyFailure(),
    /^dns: there is no address for the name no-such-host\.invalid: check the spelling of proxmox\.host/,
  );
  assert.match(await probed(folder), /invalid:\d+ \(there is no address for that name\); see `/);
  proxmox.host = "127.0.0.1";

  assert.match(
    await day.onlyFailure(),
    /^network: 127\.0\.0\.1:\d+ refuses the connection: check proxmox\.port \(usually 8006\)/,
  );
  assert.match(
    await probed(folder),
    /127\.0\.0\.1:\d+ \(the connection is refused\); see `deno run -A main\.ts check --config \S+`$/,
  );
  proxmox.port = pve.port;

  const untrusted = await day.onlyFailure();
  assert.match(
    untrusted,
    /^tls: the certificate is not trusted \(UnknownIssuer\): copy \/etc\/pve\/pve-root-ca\.pem/,
  );
  // Every cluster's CA bears this name.
  const caPem = makeCertificate("pve1").caPem;
  proxmox.ca_file = await folder.write("stranger.pem", caPem);
  assert.match(
    await day.onlyFailure(),
    /^tls: the certificate is not trusted \(\w+\): no CA in proxmox\.ca_file \S+stranger\.pem signed it, but another one called Proxmox Virtual Environment: copy/,
  );
  delete proxmox.ca_file;
  const line = /"fingerprint": "([0-9A-F:]+)"/.exec(untrusted);
  assert.equal(line?.[1], pve.fingerprint);
  proxmox.fingerprint = line?.[1];

  const rejected = await day.check();
  assert.deepEqual(rejected.failed.map(({ name }) => name), ["token"], rejected.out);
  assert.match(
    rejected.failed[0]?.message ?? "",
    /Proxmox rejected the API token root@pam!mcp.*auth\.token_value/,
  );
  const [, lookFirst = ""] = /(: on a node, `pveum .*)\n/.exec(rejected.out) ?? [];
  assert.match(
    lookFirst,
    /`pveum user token list root@pam` tells .* the secret in auth\.token_value .* if there is none, make it/,
  );
  assert.match(
    rejected.out,
    /scope user, on a node \(there already: user root@pam\):\n {2}pveum role add MCP-user --privs/,
  );
  const nobody = pve.tokenFor("none");
  Object.assign(auth, { user: nobody.user, token_name: nobody.name });
  await folder.write("token", nobody.value);

  const powerless = await day.check();
  assert.deepEqual(powerless.failed.map(({ name }) => name), ["grants"], powerless.out);
  assert.match(
    powerless.out,
    /fail {2}grants {4}nobody@pve!none may do nothing at all: grant it the privileges below/,
  );
  assert.match(powerless.out, /pveum acl modify \/ --roles MCP-admin --tokens 'nobody@pve!none'/);
  assert.doesNotMatch(powerless.out, /pveum user (?:token )?add/);
  Object.assign(auth, { user: pve.token.user, token_name: pve.token.name });
  await folder.write("token", pve.token.value);

  {
    using taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    server.port = taken.addr.port;
    assert.match(
      await day.onlyFailure(),
      /^listen: 127\.0\.0\.1:\d+ is in use by another program: stop it \(ss .*\), or choose another server\.port/,
    );
    const refused = await cli(["serve", "--config", folder.at("config.json")]);
    assert.match(refused.err, /Cannot listen on 127\.0\.0\.1:\d+: the port is in use; .*--port$/);
  }

  const good = await day.check();
  assert.deepEqual(good.failed, [], good.out);
  assert.match(good.out, /^ok {4}version {3}Proxmox VE 9\.2\.11$/m);
  assert.match(good.out, /^ok {4}grants {4}they suffice for all \d+ tools$/m);
  assert.ok(!good.out.includes(pve.token.value));

  const config = folder.at("config.json");
  await using running = await startServe(["--config", config]);
  const described = await day.check();
  assert.deepEqual(described.failed, [], described.out);
  assert.match(described.out, /^ok {4}listen {4}127\.0\.0\.1:\d+: the server is running$/m);
  assert.match(
    described.out,
    /^warn {2}tokens {4}nobody can log in: .*deno run -A main\.ts user create NAME --role Administrator/m,
  );
  await cli(["user", "create", "ayse", "--role", "Administrator", "--config", config]);
  const args = ["--user", "ayse", "--name", "x", "--permission", "read", "--config", config];
  const token = (await cli(["token", "create", ...args])).out;
  assert.match((await day.check()).out, /^ok {4}tokens {4}1 of 1 are active$/m);
  const answer = await fetch(running.url, {
    method: "POST",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    body: JSON.stringify({ method: "tools/list" }),
  });
  assert.ok((await answer.json()).result.tools.length > 0);
});

async function site(folder: Folder, pve: FakePve): Promise<DayOne> {
  const day = new DayOne(folder, pve);
  await folder.write("token", pve.token.value);
  await folder.write("ca.pem", pve.caPem, 0o644);
  Object.assign(day.config.proxmox, { host: "127.0.0.1", port: pve.port, ca_file: "ca.pem" });
  return day;
}

/** The same server under another address. */
function forward(hostname: string, port: number): Disposable & { readonly port: number } {
  const listener = Deno.listen({ hostname, port: 0 });
  const pump = async () => {
    for await (const inner of listener) {
      const outer = await Deno.connect({ hostname: "127.0.0.1", port });
      inner.readable.pipeTo(outer.writable).catch(() => {});
      outer.readable.pipeTo(inner.writable).catch(() => {});
    }
  };
  void pump();
  return { port: listener.addr.port, [Symbol.dispose]: () => listener.close() };
}

Deno.test("check tells a renewed certificate from the pinned one, and sends it nothing", async () => {
  await using folder = await Folder.make();
  await using pve = await startFakePve();
  const day = await site(folder, pve);
  day.config.proxmox = { host: "127.0.0.1", port: pve.port, fingerprint: "ab".repeat(32) };
  const failure = await day.onlyFailure();
  assert.match(
    failure,
    /^cert: .*this is not the certificate that proxmox\.fingerprint names: .*pvenode cert info/,
  );
  assert.ok(failure.includes(pve.fingerprint));
  assert.ok(pve.requests.every((request) => !request.authorized));
});

Deno.test("check warns of a certificate that is not verified, and goes on", async () => {
  await using folder = await Folder.make();
  await using pve = await startFakePve();
  const day = await site(folder, pve);
  day.config.proxmox = { host: "127.0.0.1", port: pve.port, verify_ssl: false };
  const { out, failed } = await day.check();
  assert.deepEqual(failed, [], out);
  assert.match(out, /^warn {2}cert {6}.*it is not verified: to verify it, copy/m);
  assert.match(out, /^ok {4}version {3}Proxmox VE 9/m);
});

Deno.test("check says that the name is not in the certificate, and which names are", async () => {
  await using folder = await Folder.make();
  await using pve = await startFakePve();
  const day = await site(folder, pve);
  using forwarder = forward("127.0.0.2", pve.port);
  Object.assign(day.config.proxmox, { host: "127.0.0.2", port: forwarder.port });
  const failure = await day.onlyFailure();
  assert.match(
    failure,
    /it is not for the name 127\.0\.0\.2: set proxmox\.host to one of 127\.0\.0\.1 localhost pve1/,
  );
});

Deno.test("health tells by its status whether the server answers, whatever its address and names", async () => {
  await using folder = await Folder.make();
  const port = freePort();
  const config = await folder.write("config.json", {
    proxmox: { host: "pve1.lan" },
    auth: { user: "mcp@pve", token_name: "assistant", token_value_file: "not-read" },
    server: { host: "0.0.0.0", port, allowed_hosts: ["mcp.lan"] },
  });
  const health = () => cli(["health", "--config", config]);
  const away = await health();
  assert.deepEqual([away.status, away.out], [1, ""]);
  assert.match(
    away.err,
    /^proxmox-mcp: Cannot reach the server: 0\.0\.0\.0:\d+ does not answer[^\n]*$/,
  );
  let named = "mcp.lan";
  await using _server = Deno.serve(
    { hostname: "0.0.0.0", port, onListen: () => {} },
    ({ headers }) =>
      headers.get("host") === `${named}:${port}`
        ? Response.json({ status: "ok" })
        : new Response(null, { status: 403 }),
  );
  assert.deepEqual(await health(), { status: 0, out: `ok: 0.0.0.0:${port}`, err: "" });
  named = "other.lan";
  assert.equal((await health()).status, 1);
});

Deno.test("check tells once what to do about an older schema", async () => {
  await using folder = await Folder.make();
  await using pve = await startFakePve();
  const day = await site(folder, pve);
  await folder.write("config.json", day.config);
  await cli(["migrate", "--config", folder.at("config.json")]);
  const database = new DatabaseSync(folder.at("proxmox-mcp.db"));
  database.exec("DELETE FROM proxmox_mcp_schema WHERE version > 5");
  database.close();
  assert.match(
    await day.onlyFailure(),
    /^store: .* it has schema version 5, this program needs version \d+; run `[^`]+ migrate`: $/,
  );
});

Deno.test("check does not mind that a container engine's secrets can be read by all", async () => {
  const secret = "/run/secrets/proxmox";
  const env: Record<string, string> = {
    PROXMOX_HOST: "pve1.lan",
    PROXMOX_USER: "mcp@pve",
    PROXMOX_TOKEN_NAME: "assistant",
    PROXMOX_TOKEN_VALUE_FILE: secret,
  };
  const config = await loadConfig({
    env: (name) => env[name],
    readFile: (path) =>
      path === secret
        ? Promise.resolve("secret\n")
        : Promise.reject(new Deno.errors.NotFound(`open '${path}'`)),
  });
  assert.deepEqual((await checkSecretFiles(config)).map(({ state }) => state), ["ok"]);
});

Deno.test("check notices a server that does not speak TLS, a clock that is off and an old Proxmox", async () => {
  await using folder = await Folder.make();
  await using pve = await startFakePve({ version: "7.4-3" });
  const day = await site(folder, pve);
  const plain = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    () => new Response(),
  );
  day.config.proxmox.port = plain.addr.port;
  assert.match(
    await day.onlyFailure(),
    /^tls: .*answers, but not with TLS .*check proxmox\.port: .*8006/,
  );
  await plain.shutdown();
  day.config.proxmox.port = pve.port;
  await folder.write("config.json", day.config);
  const now = new Date(Date.now() + 600_000);
  const { out } = await cli(["check", "--config", folder.at("config.json")], { now });
  assert.match(
    out,
    /^warn {2}clock {5}this machine is (599|60\d) s ahead of 127\.0\.0\.1: let both follow a time server/m,
  );
  assert.match(out, /^warn {2}version {3}Proxmox VE 7\.4-3: update it/m);
});

Deno.test("check names the tools that a token cannot serve, by the privileges of its Proxmox version", async () => {
  await using folder = await Folder.make();
  await using pve = await startFakePve({ version: "8.4.1" });
  const day = await site(folder, pve);
  const { user, name, value } = pve.tokenFor("auditor");
  Object.assign(day.config.auth, { user, token_name: name });
  await folder.write("token", value);
  const { out, failed } = await day.check();
  assert.deepEqual(failed, [], out);
  assert.match(
    out,
    /^warn {2}grants {4}\d+ of \d+ tools cannot work: .*start_vm \(VM\.PowerMgmt on \/vms\/\{vmid\}\)/m,
  );
  assert.match(out, /MCP-write --privs .*VM\.Monitor/);
  assert.ok(!out.includes("VM.GuestAgent") || !/--privs .*VM\.GuestAgent/.test(out));
});

Deno.test("check fails on a file that is no database, and creates none", async () => {
  await using folder = await Folder.make();
  await using pve = await startFakePve();
  const day = await site(folder, pve);
  await folder.write("proxmox-mcp.db", "not a database".repeat(100));
  assert.match(
    await day.onlyFailure(),
    /^store: sqlite:.*proxmox-mcp\.db: .*not an SQLite database/,
  );
  await Deno.remove(folder.at("proxmox-mcp.db"));
  assert.match(
    (await day.check()).out,
    /^warn {2}store {5}.*does not exist yet: deno run -A main\.ts migrate \(/m,
  );
  await assert.rejects(Deno.stat(folder.at("proxmox-mcp.db")), Deno.errors.NotFound);
});

Deno.test("check names the roles, the user and the token that are there already", async () => {
  await using folder = await Folder.make();
  await using pve = await startFakePve();
  const day = await site(folder, pve);
  const { user, name, value } = pve.tokenFor("none");
  Object.assign(day.config.auth, { user, token_name: name });
  await folder.write("token", value);
  const reading = /pveum role add MCP-user --privs (\S+)/.exec((await day.check()).out)?.[1] ?? "";
  pve.state.roles.set("MCP-user", { privs: reading.split(","), special: false });
  pve.state.roles.set("MCP-write", { privs: ["VM.Audit"], special: false });
  const { out } = await day.check();
  const token = `user ${user}, token ${user}!${name}`;
  assert.ok(
    out.includes(
      `scope user, on a node (there already: role MCP-user, ${token}):\n` +
        `  pveum acl modify / --roles MCP-user --users ${user}\n`,
    ),
    out,
  );
  assert.match(out, /scope write.*\n {2}pveum role modify MCP-write --privs /);
  assert.match(out, /scope admin.*\n {2}pveum role add MCP-admin --privs /);
});

Deno.test("check finds files that cannot be written and a CA that is none, and makes nothing", async () => {
  await using folder = await Folder.make();
  await using pve = await startFakePve();
  const day = await site(folder, pve);
  const states = async (extra: Record<string, unknown>) => {
    await folder.write("config.json", { ...day.config, ...extra });
    const { out, status } = await cli(["check", "--config", folder.at("config.json")]);
    assert.equal(status, 1, out);
    return out;
  };
  const missing = await states({
    database: { url: "sqlite:none/x.db" },
    logging: { file: folder.at("logs/x.log") },
    audit: { head_file: "heads/x" },
    tools: { secrets_dir: "secrets" },
  });
  const lines = [
    `fail  store     sqlite:${folder.at("none/x.db")}: its folder does not exist: mkdir -p ${
      folder.at("none")
    }`,
    `fail  files     logging.file ${folder.at("logs/x.log")}: its folder does not exist: mkdir -p ${
      folder.at("logs")
    }`,
    `fail  files     audit.head_file ${folder.at("heads/x")}: its folder does not exist: mkdir -p ${
      folder.at("heads")
    }`,
    `fail  files     tools.secrets_dir ${
      folder.at("secrets")
    }: its folder does not exist: mkdir -p ${folder.at("secrets")}`,
    `ok    secrets_dir  on: ${folder.at("secrets")} receives secrets of Proxmox tokens`,
  ];
  for (const line of lines) assert.ok(missing.includes(line), missing);
  // No user may make a file there.
  const unwritable = await states({
    database: { url: "sqlite:/sys/x.db" },
    logging: { file: "/sys/x.log" },
  });
  assert.match(unwritable, /^fail {2}store {5}sqlite:\/sys\/x\.db: .+: let the user .* in \/sys$/m);
  assert.match(unwritable, /^fail {2}files {5}logging\.file \/sys\/x\.log: .+: let the user/m);
  day.config.proxmox.ca_file = "nowhere.pem";
  assert.match(
    await day.onlyFailure(),
    /^ca_file: \S+nowhere\.pem: no such file or folder: copy \/etc\/pve\/pve-root-ca\.pem/,
  );
  await folder.write("nowhere.pem", "no certificate");
  assert.match(await day.onlyFailure(), /^ca_file: \S+nowhere\.pem holds no PEM certificate/);
  const names = Array.from(Deno.readDirSync(folder.at("")), ({ name }) => name);
  assert.deepEqual(names.sort(), ["ca.pem", "config.json", "nowhere.pem", "token"]);
});
