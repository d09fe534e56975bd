import assert from "node:assert/strict";
import { Site } from "../site.ts";
import { cli, startServe } from "../support/cli.ts";
import { Folder } from "../support/folder.ts";

const WRONG = { ca_file: undefined, fingerprint: "ab".repeat(32) };

async function readyz(site: Site): Promise<[number, unknown]> {
  const answer = await fetch(`${site.root}/readyz`);
  return [answer.status, await answer.json()];
}

/** What the metrics say of each cluster. */
async function up(site: Site): Promise<string[]> {
  const answer = await fetch(`${site.root}/metrics`, { headers: site.headers() });
  return (await answer.text()).split("\n").filter((line) => /^proxmox_mcp_cluster/.test(line));
}

Deno.test("a server is the way to every cluster, and tells which of them is away", async () => {
  let ms = 0;
  const monotonic = () => ms += 2_000;
  await using site = await Site.start({ clusters: { dc2: {} }, monotonic });
  const fine = {
    ...{ status: "ok", database: "ok", proxmox: "ok" },
    clusters: { default: "ok", dc2: "ok" },
  };
  const degraded = {
    ...{ ...fine, proxmox: "degraded" },
    clusters: { default: "ok", dc2: "unavailable" },
  };
  assert.deepEqual(await readyz(site), [200, fine]);
  for (const fake of Object.values(site.fakes)) {
    assert.ok(fake.requests.some(({ path }) => path === "/version"));
  }
  assert.deepEqual(await up(site), [
    'proxmox_mcp_cluster_up{cluster="default"} 1',
    'proxmox_mcp_cluster_up{cluster="dc2"} 1',
  ]);

  await site.fakes.dc2?.unplug();
  assert.deepEqual(await readyz(site), [200, degraded]);
  assert.deepEqual(await readyz(site), [200, degraded]);
  assert.deepEqual(await up(site), [
    'proxmox_mcp_cluster_up{cluster="default"} 1',
    'proxmox_mcp_cluster_up{cluster="dc2"} 0',
  ]);
  const { value, text } = await site.call("start_vm", { vmid: 101 });
  assert.equal(value?.exit_status, "OK", text);

  await site.fakes.default?.unplug();
  assert.deepEqual(await readyz(site), [
    503,
    {
      ...{ status: "unavailable", database: "ok", proxmox: "unavailable" },
      clusters: { default: "unavailable", dc2: "unavailable" },
    },
  ]);
  await site.fakes.dc2?.plug();
  assert.deepEqual(await readyz(site), [200, {
    ...degraded,
    clusters: { default: "unavailable", dc2: "ok" },
  }]);
  const told = site.lines.filter((line) => /Cluster/.test(line))
    .map((line) => line.replace(/^.*(?=Cluster)/, ""));
  assert.deepEqual(told, [
    "Cluster dc2 does not answer",
    "Cluster default does not answer",
    "Cluster dc2 answers again",
  ]);
});

Deno.test("a cluster that says nothing keeps nobody waiting", async () => {
  using mute = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const held: Deno.Conn[] = [];
  const accepting = (async () => {
    for await (const connection of mute) held.push(connection);
  })();
  await using site = await Site.start({
    clusters: { dc2: { proxmox: { port: mute.addr.port, timeout_seconds: 600 } } },
  });
  const { isError, text } = await site.call("get_vms");
  assert.equal(isError, false, text);
  assert.deepEqual((await readyz(site))[0], 200);
  assert.ok(held.length > 0, "it was asked");
  for (const connection of held) connection.close();
  mute.close();
  await accepting;
});

Deno.test("one cluster is told of as ever", async () => {
  await using site = await Site.start();
  assert.deepEqual(await up(site), []);
  await site.fake.unplug();
  assert.deepEqual((await readyz(site))[0], 503);
  assert.ok(!site.lines.some((line) => /Cluster/.test(line)));
});

Deno.test("check tells of each cluster by its name, and which of them is wrong", async () => {
  await using site = await Site.start({ clusters: { dc2: { proxmox: WRONG }, dc3: {} } });
  const config = ["--config", `${site.folder}/config.json`];
  const { status, out } = await cli(["check", ...config]);
  assert.equal(status, 1);
  const lines = out.split("\n");
  assert.ok(lines.includes("ok    version   default: Proxmox VE 9.2.11"), out);
  assert.ok(lines.includes("ok    version   dc3: Proxmox VE 9.2.11"), out);
  assert.equal(lines.filter((line) => line.startsWith("fail")).length, 1, out);
  assert.match(
    out,
    /^fail {2}cert {6}dc2: .*: this is not the certificate that clusters\.dc2\.proxmox\.fi/m,
  );
  assert.doesNotMatch(out, /version {3}dc2/);
  const json = JSON.parse((await cli(["check", "--json", ...config])).out);
  const { findings } = json as { findings: { name: string; cluster?: string }[] };
  assert.deepEqual(
    findings.filter(({ name }) => name === "token").map(({ cluster }) => cluster),
    ["default", "dc3"],
  );
  const flags = await cli(["flags", ...config]);
  for (const { port } of Object.values(site.fakes)) {
    assert.match(flags.out, new RegExp(`:${port}\\b`));
  }
});

Deno.test("a locked server reaches every cluster, and says so when it starts", async () => {
  await using site = await Site.start({ clusters: { dc2: {}, dc3: { proxmox: WRONG } } });
  const flags = ["-A", "--unstable-worker-options"];
  // A locked process may not read what is below /dev.
  await using folder = await Folder.make();
  for (const name of ["ca.pem", "dc2.pem", "dc3.pem"]) {
    await folder.write(name, await Deno.readTextFile(`${site.folder}/${name}`));
  }
  const text = await Deno.readTextFile(`${site.folder}/config.json`);
  const config = await folder.write(
    "config.json",
    text.replaceAll(site.folder, folder.path),
    0o600,
  );
  await using served = await startServe(["--config", config], { flags });
  const port = (name: string) => site.fakes[name]?.port;
  assert.match(await served.line(/^ {2}lock +/), /locked/);
  const block = served.lines.filter((line) => /^ {2}proxmox +/.test(line));
  assert.deepEqual(block.slice(0, 2), [
    `  proxmox  default: 127.0.0.1 port ${port("default")}: Proxmox VE 9.2.11`,
    `  proxmox  dc2: 127.0.0.1 port ${port("dc2")}: Proxmox VE 9.2.11`,
  ]);
  assert.match(
    block[2] ?? "",
    /dc3: .*: cannot trust the certificate of .*; set clusters\.dc3\.proxmox\.ca_file to /,
  );
  assert.match(await served.line(/WARNING.*Cluster dc3/), /Cluster dc3: cannot trust/);
  const ready = await fetch(new URL("/readyz", served.url));
  assert.deepEqual([ready.status, (await ready.json()).proxmox], [200, "degraded"]);
});
