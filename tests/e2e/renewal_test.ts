/** Renewed secrets and CAs of clusters are taken over by SIGHUP, without losing what is under way. */
import assert from "node:assert/strict";
import type { Running } from "../../lib/cli/serve/ways.ts";
import { runServer } from "../../lib/cli/serve/run_server.ts";
import { SignalQueue } from "../../lib/cli/serve/signals.ts";
import { loadConfig } from "../../lib/config/config.ts";
import { startFakePve } from "../fake_pve.ts";
import { makeCertificate } from "../fake_pve/certificate.ts";
import { startServe } from "../support/cli.ts";
import { Folder } from "../support/folder.ts";
import { until } from "../support/until.ts";
import { Crowd, same, WorkerSite } from "../support/worker_site.ts";

const CALL = "tools/call";
const READ = { method: CALL, params: { name: "get_nodes", arguments: {} } };
const NEW_SECRET = "99999999-8888-7777-6666-555555555555";
const SLOW_MS = 1_000;
const START = /\/status\/start$/;

Deno.test("SIGHUP: every worker goes on with the new API token, a change under way too", async () => {
  await using fake = await startFakePve();
  const { user, name, value } = fake.token;
  const auth = { user, token_name: name, token_value_file: "secret" };
  await using site = await WorkerSite.start({
    workers: 2,
    fake,
    files: { secret: value },
    sections: () => ({ auth }),
  });
  await site.untilAll();
  fake.state.taskPolls = Infinity;
  const change = site.call("start_vm", { vmid: 101 });
  await until(() => fake.state.tasks.length === 1);

  const [old] = fake.state.tokens.filter((token) => token.value === value);
  assert.ok(old);
  fake.state.tokens.push({ ...old, name: "second", value: NEW_SECRET });
  const config = JSON.parse(await site.folder.read("config.json"));
  await site.folder.write("secret", NEW_SECRET);
  await site.folder.write("config.json", { ...config, auth: { ...auth, token_name: "second" } });
  site.process.kill("SIGHUP");
  await site.process.line(/INFO - Reloaded$/);
  using crowd = new Crowd(site);
  await until(async () => {
    const before = fake.requests.length;
    assert.deepEqual(await crowd.post(READ), same(200));
    const asked = fake.requests.slice(before).filter(({ path }) => path === "/cluster/resources");
    return asked.length > 0 && asked.every(({ token }) => token === `${user}!second`);
  });
  fake.state.tokens = fake.state.tokens.filter((token) => token !== old);
  fake.finishTasks();
  assert.equal((await change).isError, false);
  const rows = await site.trail.list({ tool: "start_vm" });
  assert.deepEqual(rows.map(({ outcome }) => outcome), ["ok"]);
  assert.equal((await site.trail.verify()).ok, true);
  assert.ok(!site.lines.some((line) => line.includes(NEW_SECRET) || line.includes(value)));
});

Deno.test("SIGHUP: each worker that goes on with what was says so", async () => {
  await using site = await WorkerSite.start({ workers: 2 });
  await site.untilAll();
  await site.folder.write("config.json", "{");
  site.process.kill("SIGHUP");
  const told = () => site.lines.filter((line) => line.includes("ERROR - Cannot reload: "));
  await until(() => told().length === 2);
});

Deno.test("SIGHUP: another CA or fingerprint counts from then on; one that cannot be used changes nothing", async () => {
  await using folder = await Folder.make();
  await using fake = await startFakePve();
  await folder.write("ca.pem", fake.caPem);
  const { user, name: token_name, value: token_value } = fake.token;
  const { fingerprint, host, port } = fake;
  const file = {
    proxmox: { host, port, ca_file: "ca.pem", share_seconds: 0 },
    auth: { user, token_name, token_value },
    server: { port: 0 },
  };
  const config = await folder.write("config.json", file);
  await using server = await startServe(["--config", config, "--no-auth"]);
  const ask = async (name = "get_nodes", args: Record<string, unknown> = {}) => {
    const headers = { "content-type": "application/json" };
    const body = JSON.stringify({ method: CALL, params: { name, arguments: args } });
    const init = { method: "POST", headers, body };
    const { result } = await (await fetch(server.url, init)).json();
    return result.isError === true ? String(result.content[0].text) : "ok";
  };
  const reload = async (pattern: RegExp) => {
    const before = server.lines.length;
    const find = () => server.lines.slice(before).find((line) => pattern.test(line));
    server.kill("SIGHUP");
    await until(find);
  };
  assert.equal(await ask(), "ok");

  await Deno.remove(folder.at("ca.pem"));
  await reload(/ERROR - Cannot reload all: Cannot read proxmox\.ca_file .*: no such file/);
  assert.equal(await ask(), "ok");
  await folder.write("ca.pem", "no certificate");
  await reload(
    /ERROR - Cannot reload all: Cannot use proxmox\.ca_file .*: it holds no PEM certificate/,
  );
  assert.equal(await ask(), "ok");

  await folder.write("ca.pem", makeCertificate("pve1").caPem);
  await reload(/WARNING - .*certificate/);
  assert.match(await ask(), /certificate/);

  const pinned = { ...file.proxmox, ca_file: undefined, fingerprint };
  await folder.write("config.json", { ...file, proxmox: pinned });
  await reload(/INFO - Reloaded$/);
  assert.equal(await ask(), "ok");

  fake.fault({ path: START }, { kind: "delay", ms: SLOW_MS });
  const slow = ask("start_vm", { vmid: 101 });
  await until(() => fake.requests.some(({ path }) => START.test(path)));
  await folder.write("ca.pem", fake.caPem);
  await folder.write("config.json", file);
  await reload(/INFO - Reloaded$/);
  assert.equal(await slow, "ok");
  assert.equal(await ask(), "ok");

  const moved = { ...file.proxmox, ca_file: undefined, fingerprint: "0".repeat(64), port: 1 };
  await folder.write("config.json", { ...file, proxmox: moved });
  const waits = "proxmox\\.port, proxmox\\.ca_file, proxmox\\.fingerprint";
  await reload(new RegExp(`a restart only: ${waits}$`));
  assert.equal(await ask(), "ok");
});

Deno.test("what is renewed by itself while SIGHUP is at work is what that takes over", async () => {
  await using folder = await Folder.make();
  const proxmox = { host: "127.0.0.1", port: 1 };
  const auth = { user: "a@pve", token_name: "first", token_value: "x" };
  const file = await folder.write("config.json", { proxmox, auth });
  const env = () => undefined;
  const ticks: (() => unknown)[] = [];
  const { setInterval } = globalThis;
  globalThis.setInterval = ((tick: () => void) => ticks.push(tick)) as never;
  using _ = { [Symbol.dispose]: () => globalThis.setInterval = setInterval };
  const signals = new SignalQueue();
  const renewed: (string | undefined)[] = [];
  const server: Running = {
    place: "",
    toolCount: 0,
    finished: new Promise(() => {}),
    shutdown: () => Promise.resolve(),
    renew: ({ clusters: [cluster] }) => {
      renewed.push(cluster?.auth.token_name);
      return Promise.resolve([]);
    },
    reload: async () => {
      await Promise.all(ticks.map((tick) => tick()));
      signals.push("stop");
      return [];
    },
  };
  signals.push("reload");
  await runServer({
    context: {
      version: "0.0.0",
      io: { out: () => {}, err: () => {}, env, now: () => new Date() },
    },
    load: () => loadConfig({ file, env }),
    signals,
    way: {
      start: async () => {
        await folder.write("config.json", { proxmox, auth: { ...auth, token_name: "second" } });
        return server;
      },
    },
    lock: () => "",
  });
  assert.deepEqual(renewed, ["second"]);
});
