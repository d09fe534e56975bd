import assert from "node:assert/strict";
import { reload } from "../../lib/cli/serve/reload.ts";
import { loadConfig } from "../../lib/config/config.ts";
import { createLog } from "../../lib/log/log.ts";
import { startFakePbs } from "../fake_pbs.ts";
import { type FakePve, startFakePve } from "../fake_pve.ts";
import { makeCertificate } from "../fake_pve/certificate.ts";
import { startServe } from "../support/cli.ts";
import { sectionFor } from "../support/backup_site.ts";
import { Folder } from "../support/folder.ts";
import { until } from "../support/until.ts";

async function install(folder: Folder): Promise<string> {
  const certificate = await makeCertificate("mcp");
  await folder.write("cert.pem", certificate.certPem);
  await folder.write("key.pem", certificate.keyPem);
  return certificate.caPem;
}

Deno.test("SIGHUP keeps the old certificate where the port cannot be bound again", async () => {
  await using folder = await Folder.make();
  await using pve = await startFakePve();
  await folder.write("ca.pem", pve.caPem);
  const ca = await install(folder);
  const config = await folder.write("config.json", {
    proxmox: { host: pve.host, port: pve.port, ca_file: "ca.pem" },
    auth: { user: pve.token.user, token_name: pve.token.name, token_value: pve.token.value },
    server: { port: 0, tls: { cert_file: "cert.pem", key_file: "key.pem" } },
  });
  await using server = await startServe(["--config", config]);
  await install(folder);
  server.kill("SIGHUP");
  await server.line(
    /ERROR - Cannot reload all: Cannot renew the certificate: .*set server\.port$/,
  );
  using client = Deno.createHttpClient({ caCerts: [ca] });
  const answer = await fetch(new URL("/healthz", server.url), { client });
  assert.deepEqual(await answer.json(), { status: "ok" });
});

Deno.test("SIGHUP tells what a cluster that was added takes", async () => {
  await using folder = await Folder.make();
  await using pve = await startFakePve();
  await folder.write("ca.pem", pve.caPem);
  const proxmox = { host: pve.host, port: pve.port, ca_file: "ca.pem" };
  const { user, name: token_name, value: token_value } = pve.token;
  const auth = { user, token_name, token_value };
  const one = { proxmox, auth, server: { port: 0 } };
  const config = await folder.write("config.json", one);
  await using server = await startServe(["--config", config]);
  const add = (auth: Record<string, string>) =>
    folder.write("config.json", {
      ...one,
      clusters: { dc2: { proxmox: { ...proxmox, host: "dc2.example" }, auth } },
    });

  await folder.write("dc2-token", token_value, 0o600);
  await add({ user, token_name, token_value_file: "dc2-token" });
  server.kill("SIGHUP");
  assert.match(
    await server.line(/ERROR - Cannot reload: .*clusters\.dc2\.auth\.token_value_file /),
    /; this takes a restart, before which a unit or a locked executable is made again$/,
  );
  await add(auth);
  server.kill("SIGHUP");
  await server.line(/WARNING - Reloaded; takes effect after a restart only: clusters\.dc2$/);
});

Deno.test("SIGHUP says that what it has taken over waits only where a cluster's address has changed too", async () => {
  await using folder = await Folder.make();
  const url = "https://mcp.example";
  const oauth = (group: string) => ({
    issuer: "https://id.example",
    claims: { roles: { [group]: "Viewer" } },
  });
  const write = (port: number, [group, token_value]: readonly [string, string]) =>
    folder.write("config.json", {
      proxmox: { host: "127.0.0.1", port },
      auth: { user: "a@pve", token_name: "t", token_value },
      server: { port, public_url: url, oauth: oauth(group) },
    });
  const file = await write(1, ["old", "x"]);
  const load = () => loadConfig({ file, env: () => undefined });
  const started = await load();
  await write(2, ["new", "y"]);
  const looked: number[] = [];
  const lines: string[] = [];
  const stderr = (line: string) => lines.push(line);
  await reload(started, {
    handedOver: null,
    load,
    log: createLog({ ...started.logging, stderr, now: () => new Date() }),
    look: ({ clusters }) => {
      looked.push(...clusters.map(({ proxmox }) => proxmox.port));
      return Promise.resolve();
    },
    server: {
      place: "",
      toolCount: 0,
      finished: new Promise(() => {}),
      reload: () => Promise.resolve([]),
      renew: () => Promise.resolve([]),
      shutdown: () => Promise.resolve(),
    },
  });
  assert.match(
    lines.join("\n"),
    /WARNING - Reloaded; takes effect after a restart only: server\.port, proxmox\.port, auth\.token_value$/,
  );
  assert.deepEqual(looked, [1], "where it is asked until then");
});

/** What a config says of a cluster whose secret stands in a file. */
function clusterOf({ host, port, token }: FakePve, name: string) {
  return {
    proxmox: { host, port, ca_file: `${name}.pem` },
    auth: { user: token.user, token_name: token.name, token_value_file: `${name}-token` },
  };
}

Deno.test("SIGHUP with a broken or changed file of one cluster or backup server harms none", async () => {
  await using folder = await Folder.make();
  await using home = await startFakePve();
  await using dc2 = await startFakePve();
  await using pbs = await startFakePbs();
  for (const [name, pve] of Object.entries({ home, dc2 })) {
    await folder.write(`${name}.pem`, pve.caPem);
    await folder.write(`${name}-token`, pve.token.value, 0o600);
  }
  const { token_value, ...section } = sectionFor(pbs, "admin");
  await folder.write("pbs-token", token_value, 0o600);
  const file = {
    clusters: { home: clusterOf(home, "home"), dc2: clusterOf(dc2, "dc2") },
    backup_servers: { pbs1: { ...section, token_value_file: "pbs-token" } },
    server: { port: 0 },
  };
  const config = await folder.write("config.json", file);
  await using server = await startServe(["--config", config, "--no-auth"]);
  const ask = async (name: string) => {
    const body = JSON.stringify({ method: "tools/call", params: { name, arguments: {} } });
    const headers = { "content-type": "application/json" };
    const answer = await fetch(server.url, { method: "POST", headers, body });
    return (await answer.json()).result;
  };
  const allAnswer = async () => {
    const { structuredContent: nodes } = await ask("get_nodes");
    const clusters = nodes.nodes.map(({ cluster }: { cluster: string }) => cluster);
    assert.deepEqual([...new Set(clusters)].toSorted(), ["dc2", "home"]);
    assert.deepEqual(nodes.warnings ?? [], []);
    const { structuredContent: backups } = await ask("get_backup_servers");
    assert.equal(backups.servers[0]?.server, "pbs1");
  };
  await allAnswer();
  /** The first line of this form that a reload leaves. */
  const reload = async (pattern: RegExp) => {
    const before = server.lines.length;
    const find = () => server.lines.slice(before).find((line) => pattern.test(line));
    server.kill("SIGHUP");
    await until(find);
    return find() ?? "";
  };
  const renewed = "11111111-2222-3333-4444-555555555555";
  const secrets = {
    "dc2-token": { key: "clusters.dc2.auth.token_value", there: dc2.state.tokens },
    "pbs-token": { key: "backup_servers.pbs1.token_value", there: pbs.state.tokens },
  };
  for (const [secret, { key, there }] of Object.entries(secrets)) {
    const before = await folder.read(secret);
    await Deno.remove(folder.at(secret));
    assert.match(await reload(/Cannot reload/), new RegExp(`${key}_file .*: no such file`));
    await allAnswer();
    await folder.write(secret, renewed, 0o600);
    for (const token of there) if (token.value === before) token.value = renewed;
    await reload(/INFO - Reloaded$/);
    await allAnswer();
  }
  await folder.write("dc2.pem", "no certificate");
  await folder.write("config.json", { ...file, tools: { deny: ["get_backup_servers"] } });
  assert.match(await reload(/Cannot reload all/), /clusters\.dc2\.proxmox\.ca_file/);
  assert.equal((await ask("get_backup_servers")).isError, true, "what is offered was taken over");
  assert.equal((await ask("get_nodes")).structuredContent.nodes.length, 6);
  assert.ok(!server.lines.some((line) => line.includes(renewed) || line.includes(token_value)));
});
