import assert from "node:assert/strict";
import { loadConfig } from "../../lib/config/config.ts";
import { startFakePve } from "../fake_pve.ts";
import { cli } from "../support/cli.ts";
import { Fresh, good, modeOf } from "../support/fresh.ts";

const env = () => undefined;

Deno.test("init --add-cluster names one more cluster and leaves the rest as it is", async () => {
  await using fresh = await Fresh.make();
  await using dc2 = await startFakePve();
  good(await fresh.init(fresh.options));
  const before = JSON.parse(await Deno.readTextFile(fresh.config));
  const { user, value } = dc2.token;
  dc2.state.tokens.push({ user, name: "assistant", value, privsep: false, expire: 0 });
  const secret = await fresh.bin("dc2-secret", `${value}\n`);
  const add = ["--yes", "--add-cluster", "dc2"];
  const there = ["--proxmox-user", user, "--token-file", secret];
  const args = [...add, "--host", `127.0.0.1:${dc2.port}`, ...there];
  // The variables are about the cluster that `proxmox` names.
  const out = good(await fresh.init(args, { env: { PROXMOX_TOKEN_NAME: "mcp" } }));
  assert.match(out, /^ok {4}version {3}dc2: Proxmox VE 9\.2\.11$/m);
  assert.match(out, /user proxmox-token NAME --cluster dc2 --token-id /);
  const left = out.slice(out.indexOf("What is left to do:")).split("\n");
  const [unit, restart] = [/ unit --config /, /systemctl restart/].map((what) =>
    left.findIndex((line) => what.test(line))
  );
  assert.ok(unit !== undefined && restart !== undefined && 0 < unit && unit < restart, out);

  const { clusters: added, ...rest } = JSON.parse(await Deno.readTextFile(fresh.config));
  assert.deepEqual(rest, before);
  assert.deepEqual(Object.keys(added), ["dc2"]);
  assert.deepEqual(Object.keys(rest), Object.keys(before), "in the order in which they stood");
  assert.equal(await modeOf(fresh.config), 0o600);
  const { clusters } = await loadConfig({ file: fresh.config, env });
  assert.deepEqual(
    clusters.map(({ name, proxmox, auth }) => [
      ...[name, proxmox.port, auth.token_name, auth.token_value],
    ]),
    [
      ["default", fresh.pve.port, "mcp", fresh.pve.token.value],
      ["dc2", dc2.port, "assistant", value],
    ],
  );
  assert.equal(await modeOf(fresh.folder.at("proxmox-token-dc2")), 0o600);

  const again = good(await fresh.init([...add]));
  assert.match(again, /config: .*config\.json \(already there\)/);

  await using dc3 = await startFakePve();
  const elsewhere = `127.0.0.1:${dc3.port}`;
  const taken = await fresh.init([...add, "--host", elsewhere, ...there]);
  assert.equal(taken.status, 2);
  assert.equal(
    taken.err,
    `proxmox-mcp: Cannot add a cluster: ${fresh.config} has clusters.dc2 already, at ` +
      `127.0.0.1:${dc2.port}: change its address there, or choose another name`,
  );
  assert.deepEqual(dc3.requests, [], "nothing is sent to the other one");
});

Deno.test("init --add-cluster asks what no option tells", async () => {
  await using fresh = await Fresh.make();
  await using dc2 = await startFakePve();
  good(await fresh.init(fresh.options));
  const { user, name, value } = dc2.token;
  const answers = [`127.0.0.1:${dc2.port}`, "y", user, name, "admin", value];
  const out = good(await fresh.init(["--add-cluster", "dc2"], { answers }));
  assert.match(out, /pveum user token add/);
  const { clusters } = await loadConfig({ file: fresh.config, env });
  assert.deepEqual(clusters.map(({ name }) => name), ["default", "dc2"]);
});

Deno.test("init --add-cluster changes nothing when the cluster cannot be added", async () => {
  await using fresh = await Fresh.make();
  const none = await fresh.init(["--yes", "--add-cluster", "dc2"]);
  assert.match(none.err, /^proxmox-mcp: Cannot add a cluster: there is no config .* yet: run /);
  good(await fresh.init(fresh.options));
  const before = await Deno.readTextFile(fresh.config);
  const files = await fresh.files();
  await using dc2 = await startFakePve();
  const host = ["--host", `127.0.0.1:${dc2.port}`];
  const secret = ["--token-file", fresh.elsewhere("secret")];
  const cases: [string[], number, RegExp][] = [
    [["--add-cluster", "dc2", "--add-backup-server", "pbs1"], 2, /cannot be used with option/],
    [["--add-cluster", "DC2"], 2, /It must be a name of at most 32 lower-case letters/],
    [["--add-cluster", "default", ...host, ...secret], 1, /clusters\.default and proxmox are both/],
    [
      ["--add-cluster", "dc2", ...host, "--fingerprint", "ab".repeat(32)],
      1,
      /Cannot trust the server/,
    ],
    [
      ["--add-cluster", "dc2", "--host", fresh.address, ...secret],
      1,
      /clusters\.dc2\.proxmox and proxmox both name 127\.0\.0\.1:/,
    ],
    [
      ["--add-cluster", "dc2", ...host, "--token-file", await fresh.bin("no", "not-its-secret\n")],
      1,
      /check clusters\.dc2\.auth\.user, clusters\.dc2\.auth\.token_name/,
    ],
  ];
  for (const [args, status, message] of cases) {
    const { err, status: ended } = await fresh.init(["--yes", ...args]);
    assert.match(err, message);
    assert.equal(ended, status, err);
  }
  assert.equal(await Deno.readTextFile(fresh.config), before);
  assert.deepEqual(await fresh.files(), files);
  assert.equal((await cli(["check", "--config", fresh.config])).status, 0);
});
