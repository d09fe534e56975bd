import assert from "node:assert/strict";
import { isOwnCluster, NODE_CA } from "../../lib/cli/init/server.ts";
import { initFlags } from "../../lib/cli/init/start.ts";
import { loadConfig } from "../../lib/config/config.ts";
import { clientEntries, TOKEN_PLACEHOLDER } from "../../lib/cli/clients.ts";
import { makeCertificate } from "../fake_pve/certificate.ts";
import { cli, MAIN, spawnCli } from "../support/cli.ts";
import { blocksOf, has } from "../support/documents.ts";
import { Fresh, good, modeOf } from "../support/fresh.ts";
import { freePort } from "../support/port.ts";
import { taskArgs } from "../support/task.ts";

/** The content of the config, as it stands in the file. */
async function contentOf(fresh: Fresh): Promise<Record<string, Record<string, unknown>>> {
  return JSON.parse(await fresh.folder.read("config.json"));
}

Deno.test("init asks for what no option tells, and shows the commands that make a token", async () => {
  await using fresh = await Fresh.make();
  const { user, name, value } = fresh.pve.token;
  const wrong = "00000000-0000-0000-0000-000000000000";
  const answers = [
    ...["no such host", `http://root:hunter2@${fresh.address}/#v1`, "maybe", "y", user, name],
    ...["everything", "write", "two words", `${user}!${name}=${value}`, wrong, value],
    ...["ayse gul", "ayse"],
  ];
  const out = good(await fresh.init(["--http-port", String(freePort())], { answers }));
  const advised = await cli(["check", "--json", "--config", fresh.config]);
  assert.deepEqual(JSON.parse(advised.out).pveum, [], "the token that was taken suffices");
  const commands = [
    `pveum user token add ${user} ${name} --privsep 1`,
    `pveum acl modify / --roles MCP-write --tokens '${user}!${name}'`,
  ];
  for (const command of commands) assert.ok(out.split("\n").includes(`  ${command}`), out);
  assert.match(out, /^ {2}pveum role add MCP-write --privs Datastore\.AllocateSpace/m);
  assert.match(out, /^It must be a name or an IP address$/m);
  assert.match(out, /^It must be the token's secret, without spaces$/m);
  assert.match(out, /^It must be only the part after "="$/m);
  assert.match(out, /^Cannot create user "ayse gul": a name has 1 to 150 letters/m);
  assert.match(out, /^Proxmox token: Proxmox rejected the API token root@pam!mcp/m);
  assert.match(out, /^user: ayse, scope write$/m);
  assert.ok(!out.includes(value) && !out.includes(wrong), "a secret is shown");
  assert.equal((await contentOf(fresh)).proxmox?.fingerprint, fresh.pve.fingerprint);
});

Deno.test("init goes no further when the certificate is not the right one", async () => {
  await using fresh = await Fresh.make();
  const { status, err } = await fresh.init(["--host", fresh.address], { answers: ["n"] });
  assert.equal(status, 1);
  assert.match(err, /^proxmox-mcp: Cannot go on: the certificate is not to be trusted: [^\n]*$/);
  const other = await fresh.init([...fresh.options, "--fingerprint", "ab".repeat(32)]);
  assert.equal(other.status, 1);
  assert.match(
    other.err,
    /its certificate has SHA-256 [0-9A-F:]+, not the one given: compare it with what `pvenode cert info` shows there$/,
  );
  assert.deepEqual(await fresh.files(), []);
  assert.ok(fresh.pve.requests.every((request) => !request.authorized), "the token was sent");
  good(await fresh.init([...fresh.options, "--fingerprint", fresh.pve.fingerprint]));
});

Deno.test("init refuses with one line and 2 what cannot be used, and writes nothing", async () => {
  await using fresh = await Fresh.make();
  const secret = fresh.elsewhere("secret");
  const without = (option: string) => {
    const at = fresh.options.indexOf(option);
    return fresh.options.toSpliced(at, 2);
  };
  const cases: [string[], RegExp][] = [
    [[], /Cannot ask: standard input is no terminal: add --yes, --host HOST and --token-file FILE/],
    [["--yes"], /Cannot set up without the address of Proxmox: give --host HOST/],
    [
      [...without("--token-file")],
      /Cannot set up: give the Proxmox token's secret by --token-file FILE/,
    ],
    [["--yes", "--host", "a b"], /'--host <HOST>' argument 'a b' is invalid\. It must be a name/],
    [["--yes", "--host", "a:99999"], /It must be a whole number from 1 to 65535/],
    [["--yes", "--port", "x"], /It must be a whole number from 1 to 65535/],
    [
      [...fresh.options, "--port", "1"],
      /Cannot use --port 1: the address names port \d+: keep one/,
    ],
    [["--yes", "--scope", "admn"], /It must be one of user, write, admin: did you mean admin\?/],
    [["--yes", "--proxmox-user", "root"], /It must be of the form "name@realm"/],
    [["--yes", "--proxmox-user", "a@pve!x"], /It must be only the part before "!": "a@pve"/],
    [["--yes", "--http-path", "x"], /It must begin with "\/"/],
    [["--yes", "--language", "de"], /It must be one of en, tr/],
    [["--yes", "--hots", "x"], /unknown option '--hots'/],
    [[...without("--token-file"), "--token-file", "/gone"], /secret in \/gone: no such file/],
    [[...without("--token-file"), "--token-file", MAIN], /It must be the token's secret/],
    [[...fresh.options, "--ca-file", "/gone"], /Cannot read --ca-file \/gone: no such file/],
    [[...fresh.options, "--ca-file", secret], /it holds no certificate in PEM/],
    [[...fresh.options, "--token-out", MAIN], /is there and holds something else/],
    [
      [...fresh.options, "--ca-file", secret, "--fingerprint", "ab".repeat(32)],
      /Cannot use --ca-file and --fingerprint together/,
    ],
  ];
  for (const [args, message] of cases) {
    const { status, err } = await fresh.init(args);
    assert.equal(status, 2, `${args}: ${err}`);
    assert.match(err, /^proxmox-mcp: [^\n]+$/);
    assert.match(err, message);
    assert.deepEqual(await fresh.files(), [], String(args));
  }
  for (const env of [{ PROXMOX_HOST: "a b" }, { PROXMOX_PORT: "x" }, { LOG_LEVEL: "LOUD" }]) {
    const { status, err } = await fresh.init(fresh.options, { env });
    assert.equal(status, 2);
    assert.match(
      err,
      new RegExp(`^proxmox-mcp: Cannot use ${Object.keys(env)[0]}: it must be [^\\n]+$`),
    );
    assert.deepEqual(await fresh.files(), []);
  }
  const ended = await fresh.init(["--host", fresh.address], { answers: [] });
  assert.equal(ended.status, 2);
  assert.match(ended.err, /standard input has ended/);
});

Deno.test("init writes nothing when Proxmox is not there or refuses the token", async () => {
  await using fresh = await Fresh.make();
  const closed = freePort();
  const away = await fresh.init([...fresh.options, "--host", `127.0.0.1:${closed}`]);
  assert.equal(away.status, 1);
  assert.match(away.err, /Cannot reach Proxmox: 127\.0\.0\.1:\d+ refuses the connection: check/);
  await using plain = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    () => new Response(),
  );
  const other = await fresh.init([...fresh.options, "--host", `127.0.0.1:${plain.addr.port}`]);
  assert.equal(other.status, 1);
  assert.match(other.err, /certificate of 127\.0\.0\.1:\d+: no TLS handshake: check the port: /);
  const stranger = await fresh.folder.write("ca.pem", makeCertificate("other").caPem);
  const untrusted = await fresh.init([...fresh.options, "--ca-file", stranger]);
  assert.equal(untrusted.status, 1);
  assert.match(untrusted.err, /: Cannot trust 127\.0\.0\.1 by \S+ca\.pem: \w+: its certificate is/);
  await Deno.remove(stranger);
  const refused = await fresh.init([...fresh.options, "--token-name", "other"]);
  assert.equal(refused.status, 1);
  assert.match(refused.err, /Proxmox rejected the API token root@pam!other/);
  assert.deepEqual(await fresh.files(), []);
  good(await fresh.init(fresh.options));
  await fresh.pve.unplug();
  const gone = await fresh.init(["--yes"]);
  assert.equal(gone.status, 1);
  assert.match(gone.err, /the connection is refused\); see `deno run -A main\.ts check --config /);
});

Deno.test("init keeps a config that somebody else wrote, and replaces it with --force only", async () => {
  await using fresh = await Fresh.make();
  const { host, port, token, fingerprint } = fresh.pve;
  const foreign = {
    proxmox: { host, port, fingerprint, timeout_seconds: 20 },
    auth: { user: token.user, token_name: token.name, token_value: token.value },
    server: { port: freePort() },
    logging: { level: "WARNING" },
  };
  await fresh.folder.write("config.json", foreign, 0o640);
  const text = await fresh.folder.read("config.json");
  const kept = good(await fresh.init(["--yes"]));
  assert.match(kept, /^config: .* \(already there\)$/m);
  assert.equal(await fresh.folder.read("config.json"), text);
  const refused = await fresh.init(["--yes", "--http-path", "/new"]);
  assert.equal(refused.status, 2);
  assert.match(refused.err, /Cannot change .*config\.json: init did not write it as it is/);
  assert.equal(await fresh.folder.read("config.json"), text);
  const now = new Date("2026-07-28T12:00:00Z");
  good(await fresh.init(["--yes", "--http-path", "/new", "--force"], { now }));
  assert.equal(await fresh.folder.read("config.json.20260728120000.bak"), text);
  assert.equal(await modeOf(fresh.config), 0o640, "whoever could read it still can");
  const server = { ...foreign.server, path: "/new" };
  assert.deepEqual(await contentOf(fresh), { ...foreign, server });
  await fresh.folder.write("config.json", "{ not JSON");
  const broken = await fresh.init(fresh.options);
  assert.deepEqual(broken.status, 2);
  assert.match(broken.err, /it is no config: add --force to replace it, which keeps a copy/);
  good(await fresh.init([...fresh.options, "--force"]));
  assert.equal((await contentOf(fresh)).proxmox?.fingerprint, fingerprint);
});

Deno.test("init fills in the config that packages bring", async () => {
  await using fresh = await Fresh.make();
  const secret = fresh.folder.at("etc-token");
  const packaged = {
    proxmox: { host: "pve.example", port: 8006, verify_ssl: true, ca_file: "/etc/ca.pem" },
    auth: { user: "mcp@pve", token_name: "assistant", token_value_file: secret },
    server: { host: "127.0.0.1", port: 8812, path: "/mcp", require_lock: true },
  };
  await fresh.folder.write("config.json", packaged, 0o640);
  const { user, name } = fresh.pve.token;
  good(await fresh.init([...fresh.options, "--proxmox-user", user, "--token-name", name]));
  const { proxmox, auth, server } = await contentOf(fresh);
  assert.deepEqual(proxmox, {
    host: fresh.pve.host,
    port: fresh.pve.port,
    fingerprint: fresh.pve.fingerprint,
  });
  assert.deepEqual(auth, { user, token_name: name, token_value_file: secret });
  assert.equal(server?.require_lock, true);
  assert.equal((await Deno.readTextFile(secret)).trim(), fresh.pve.token.value);
  assert.deepEqual([await modeOf(fresh.config), await modeOf(secret)], [0o640, 0o600]);
});

Deno.test("init speaks the locale's language, and refusals follow", async () => {
  await using fresh = await Fresh.make();
  const out = good(await fresh.init(fresh.options, { env: { LANG: "tr_TR.UTF-8" } }));
  assert.match(out, /^yapılandırma: .*config\.json$/m);
  assert.equal((await contentOf(fresh)).server?.language, "tr");
  const english = await fresh.init(["--yes", "--language", "en"], { env: { LANG: "tr_TR.UTF-8" } });
  assert.match(good(english), /^config: .*config\.json$/m);
  assert.equal((await contentOf(fresh)).server?.language, "en");
});

Deno.test("in Turkish init says first in Turkish what failed, and what check finds wrong", async () => {
  await using fresh = await Fresh.make();
  const env = { LANG: "tr_TR.UTF-8" };
  const { user, name, value } = fresh.pve.tokenFor("none");
  const options = [...fresh.options, "--proxmox-user", user, "--token-name", name];
  const rejected = await fresh.init(options, { env });
  assert.equal(rejected.status, 1);
  assert.match(
    rejected.err,
    /^proxmox-mcp: kurulum tamamlanmadı: Proxmox API token'ını kabul etmiyor; .*\nproxmox-mcp: Proxmox rejected/,
  );
  await Deno.writeTextFile(fresh.elsewhere("secret"), value);
  const { out } = await fresh.init(options, { env });
  assert.match(
    out,
    /^fail {2}grants {4}token'ın Proxmox'taki yetkileri yetmiyor: .*nothing at all/m,
  );
  const english = await fresh.init([...options, "--language", "en"], { env });
  assert.match(english.out, /^fail {2}grants {4}\S+ may do nothing at all/m);
});

Deno.test("init takes from the environment what no option tells", async () => {
  await using fresh = await Fresh.make();
  const { user, name, value } = fresh.pve.token;
  const env = {
    PROXMOX_HOST: fresh.pve.host,
    PROXMOX_PORT: String(fresh.pve.port),
    PROXMOX_USER: user,
    PROXMOX_TOKEN_NAME: name,
    PROXMOX_TOKEN_VALUE: value,
  };
  good(await fresh.init(["--yes", "--http-port", String(freePort())], { env }));
  good(await fresh.init(["--yes"]));
  assert.equal((await fresh.folder.read("proxmox-token")).trim(), value);
});

/** Does as Proxmox's own program, and notes what it was told. */
const PVEUM = `#!/bin/sh
echo "$@" >> "$0.log"
case "$1 $2 $3" in
  "role add "*) echo "create role failed: role '$3' already exists" >&2; exit 255 ;;
  "user add "*) echo "create user failed: user '$3' already exists" >&2; exit 255 ;;
  "user token list") [ -f "$0.made" ] && echo '[{"tokenid":"mcp"}]' || echo '[]' ;;
  "user token remove") rm "$0.made" ;;
  "user token add") touch "$0.made"; echo '{"full-tokenid":"x","value":"SECRET"}' ;;
esac
`;

Deno.test("init --create-token runs the commands that it shows, and again after an interruption", async () => {
  await using fresh = await Fresh.make();
  const { user, name, value } = fresh.pve.token;
  const bin = await fresh.bin("pveum", PVEUM.replace("SECRET", value));
  const env = { PATH: `${fresh.elsewhere("")}:${Deno.env.get("PATH")}` };
  const args = ["--yes", "--host", fresh.address, "--create-token", "--config", fresh.config];
  const run = () =>
    spawnCli(["init", ...args, "--proxmox-user", user, "--token-name", name], { env });
  const told = async () => (await Deno.readTextFile(`${bin}.log`)).trim().split("\n");
  await Deno.writeTextFile(`${bin}.made`, "");
  const there = await run();
  assert.equal(there.status, 1);
  assert.match(there.err, /token root@pam!mcp: it is there: give its secret by --token-file, or/);
  assert.deepEqual(await fresh.files(), [], "somebody else's token is left alone");
  await Deno.remove(`${bin}.made`);
  await Deno.remove(`${bin}.log`);
  const undo = fresh.pve.fault({ path: /^\/version$/ }, { kind: "status", status: 500 }, {
    times: 99,
  });
  assert.equal((await run()).status, 1);
  undo();
  const [list, add, modify, ...others] = await told();
  assert.equal(list, `user token list ${user} --output-format json`);
  assert.match(add ?? "", /^role add MCP-user --privs \S*VM\.Audit/);
  assert.equal(modify, add?.replace("role add", "role modify"), "a role that is there is renewed");
  assert.deepEqual(others, [
    `user token add ${user} ${name} --privsep 1 --output-format json`,
    `acl modify / --roles MCP-user --tokens ${user}!${name}`,
  ]);
  good(await run());
  assert.ok((await told()).includes(`user token remove ${user} ${name}`));
  assert.equal((await fresh.folder.read("proxmox-token")).trim(), value);
  good(await run());
});

Deno.test("init offers a node's own pveum for the node's own cluster alone", () => {
  assert.ok(isOwnCluster({ host: "127.0.0.1" }, null));
  assert.ok(isOwnCluster({ host: "10.0.0.5" }, { ca_file: NODE_CA }));
  assert.ok(!isOwnCluster({ host: "10.0.0.5" }, null));
  assert.ok(!isOwnCluster({ host: "pve1.elsewhere" }, { fingerprint: "ab" }));
});

Deno.test("init --unit writes the unit that `unit` prints", async () => {
  await using fresh = await Fresh.make();
  const unit = fresh.elsewhere("proxmox-mcp.service");
  const out = good(await fresh.init([...fresh.options, "--unit", unit]));
  assert.match(out, new RegExp(`^unit: ${unit}$`, "m"));
  assert.match(out, new RegExp(`^Start the server:\n {2}systemctl enable --now ${unit}$`, "m"));
  const printed = await cli(["unit", "--config", fresh.config]);
  assert.equal(await Deno.readTextFile(unit), `${printed.out}\n`);
  assert.equal(await modeOf(unit), 0o644);
  assert.match(good(await fresh.init(["--yes", "--unit", unit])), /^unit: .* \(already there\)$/m);
});

Deno.test("clients prints the entries of the documents, for any address", async () => {
  const url = "http://localhost:8812/mcp";
  const entries = clientEntries({ url, token: TOKEN_PLACEHOLDER });
  const read = (name: string) => Deno.readTextFile(name).catch(() => "");
  const documents = await read("README.md") + await read("docs/clients.md");
  const blocks = blocksOf(documents).map(({ text }) => plain(text));
  for (const { client, text } of entries) {
    if (client !== "curl") {
      assert.ok(blocks.includes(plain(text)), `${client}: not in the documents`);
    }
  }
  const far = await cli(["clients", "--url", "http://mcp.lan:8812/mcp"]);
  assert.match(far.out, /"--allow-http"/);
  assert.doesNotMatch((await cli(["clients", "--url", url])).out, /allow-http/);
  assert.doesNotMatch((await cli(["clients", "--url", "https://a/mcp"])).out, /allow-http/);
  const refused = await cli(["clients", "--url", "mcp.lan"]);
  assert.deepEqual([refused.status, refused.out], [2, ""]);
  assert.match(refused.err, /^proxmox-mcp: Cannot use --url mcp\.lan: it must begin with http/);
});

/** JSON whatever its layout, any other text as it is. */
function plain(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text));
  } catch {
    return text.trim();
  }
}

/** Answers the questions of a program on a terminal of its own, and prints all that it shows. */
const TYPIST = `
import os, pty, signal, sys
signal.alarm(60)
answers = [each.split("=", 1) for each in sys.argv[1].split("\\x1f")]
pid, fd = pty.fork()
if pid == 0:
    os.execvp(sys.argv[2], sys.argv[2:])
shown = b""
seen = 0
while True:
    try:
        part = os.read(fd, 4096)
    except OSError:
        break
    if not part:
        break
    shown += part
    while answers and answers[0][0].encode() in shown[seen:]:
        question, answer = answers.pop(0)
        seen = shown.index(question.encode(), seen) + len(question)
        os.write(fd, (answer + "\\n").encode())
sys.stdout.buffer.write(shown)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
`;

/** Where it may, it runs what follows as on a host with systemd. */
const WITH_SYSTEMD = `
if unshare --mount true 2> /dev/null; then
  exec unshare --mount sh -c 'mount -t tmpfs tmpfs /run; mkdir -p /run/systemd/system; exec "$@"' sh "$@"
fi
exec "$@"
`;

const RUN_MAIN = ["run", "-A", "--no-prompt", MAIN];

async function onTerminal(
  args: readonly string[],
  answers: readonly (readonly [string, string])[],
): Promise<{ code: number; shown: string }> {
  const typed = answers.map((each) => each.join("=")).join("\x1f");
  const program = ["python3", "-c", TYPIST, typed, Deno.execPath()];
  const { code, stdout } = await new Deno.Command("sh", {
    args: ["-c", WITH_SYSTEMD, "sh", ...program, ...args],
    env: { NO_COLOR: "", TERM: "xterm", LANG: "C" },
    stdin: "null",
    stderr: "inherit",
  }).output();
  return { code, shown: new TextDecoder().decode(stdout) };
}

Deno.test({
  name:
    "init on a terminal marks its steps and hides the secret, and Ctrl-C gives the terminal back",
  ignore: !has("python3"),
  fn: async () => {
    await using fresh = await Fresh.make();
    const { user, name, value } = fresh.pve.token;
    const port = ["--http-port", String(freePort())];
    const args = ["--config", fresh.config, ...port];
    const questions = [
      ["Address of a Proxmox VE node: ", fresh.address],
      ["[Y/n]: ", ""],
      ["[mcp@pve]: ", user],
      ["[assistant]: ", name],
      ["[user]: ", "admin"],
    ] as const;
    const stopped = await onTerminal([...RUN_MAIN, "init", ...args], [...questions, [
      "prints it as value): ",
      "\x03",
    ]]);
    assert.equal(stopped.code, 130, stopped.shown);
    assert.match(stopped.shown, /interrupted: run `deno task init` again/);
    assert.deepEqual(await fresh.files(), []);
    // What `deno task init` runs, which may do less.
    const { code, shown } = await onTerminal([...taskArgs("init"), ...args], [
      ...questions,
      ["prints it as value): ", value],
      ["[admin]: ", "ayse"],
    ]);
    assert.equal(code, 0, shown);
    const plainly = shown.replaceAll("\x1b[32m", "").replaceAll("\x1b[0m", "");
    assert.ok(plainly.length < shown.length, "no colours");
    assert.match(plainly, /^✓ config +\S+config\.json\r$/m);
    assert.match(plainly, /^✓ user +ayse, scope admin\r$/m);
    assert.ok(!shown.includes(value), "the secret was shown");
    assert.doesNotMatch(shown, /systemd/, "no unit starts a checkout");
    const add = ["--add-cluster", "dc2", "--config", fresh.config];
    const adding = await onTerminal([...RUN_MAIN, "init", ...add], [[questions[0][0], "\x03"]]);
    assert.match(adding.shown, /interrupted: run `deno task init --add-cluster dc2` again/);
  },
});

Deno.test("deno task init asks for the address, then reaches nothing but it", async () => {
  await using fresh = await Fresh.make();
  const run = async (args: readonly string[]) => {
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: [...taskArgs("init"), "--config", fresh.config, ...args],
      env: { LANG: "C" },
      stdin: "null",
    }).output();
    const text = new TextDecoder();
    return { status: code, out: text.decode(stdout), err: text.decode(stderr) };
  };
  const misused = await run(["--yes"]);
  assert.equal(misused.status, 2);
  assert.match(misused.err, /^proxmox-mcp: Cannot set up without the address of Proxmox[^\n]*\n$/);
  assert.match(good(await run(fresh.options)), /^config: /m);
  const config = await loadConfig({ file: fresh.config, env: () => undefined });
  const flags = initFlags(config, {});
  const net = `${config.server.host}:${config.server.port},${fresh.address}`;
  assert.ok(flags.includes(`--allow-net=${net}`), flags.join(" "));
  assert.ok(!flags.some((flag) => /^(-A|--allow-(all|net|run|write|ffi|sys|env))$/.test(flag)));
  assert.deepEqual(
    (await spawnCli(["init", "--yes", "--config", fresh.config], { flags })).err,
    "",
  );
});
