import assert from "node:assert/strict";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { Site } from "../site.ts";
import { connectClient } from "../support/official_client.ts";
import { sseTransport } from "../support/sse_transport.ts";
import { until } from "../support/until.ts";

const ME = { name: "test", version: "1" };

/** A tool call through an official client, whose progress is kept. */
interface Connected {
  start(vmid: number): { ended: Promise<unknown>; progress: number[]; cancel: () => void };
  close(): Promise<void>;
}

async function modern(site: Site, mode: "auto" | "legacy"): Promise<Connected> {
  const client = await connectClient(site, { mode });
  return {
    start: (vmid) => {
      const { progress, cancel, options } = watched();
      const call = client.callTool({ name: "start_vm", arguments: { vmid } }, options);
      return { ended: call.catch((error: unknown) => error), progress, cancel };
    },
    close: () => client.close(),
  };
}

async function sse(site: Site): Promise<Connected> {
  const client = new Client(ME);
  const transport = sseTransport(site);
  await client.connect(transport as Parameters<Client["connect"]>[0]);
  return {
    start: (vmid) => {
      const { progress, cancel, options } = watched();
      const call = client.callTool({ name: "start_vm", arguments: { vmid } }, undefined, options);
      return { ended: call.catch((error: unknown) => error), progress, cancel };
    },
    close: () => client.close(),
  };
}

function watched() {
  const progress: number[] = [];
  const abort = new AbortController();
  const onprogress = (step: { progress: number }) => void progress.push(step.progress);
  return {
    progress,
    cancel: () => abort.abort(),
    options: { signal: abort.signal, onprogress },
  };
}

const transports: [string, (site: Site) => Promise<Connected>][] = [
  ["2026-07-28", (site) => modern(site, "auto")],
  ["2025-11-25", (site) => modern(site, "legacy")],
  ["HTTP+SSE", sse],
];

async function auditOf(site: Site, count: number) {
  const ended = async () =>
    (await site.trail.list({ tool: "start_vm" })).filter(({ outcome }) => outcome !== "intent");
  await until(async () => (await ended()).length === count);
  return (await ended())[0];
}

for (const [name, connect] of transports) {
  Deno.test(`${name}: progress rises for a client that asked for it`, async () => {
    await using site = await Site.start({ pve: { taskPolls: 4 } });
    const client = await connect(site);
    const call = client.start(101);
    const result = await call.ended as { structuredContent?: { exit_status: string } };
    assert.equal(result.structuredContent?.exit_status, "OK", JSON.stringify(result));
    assert.ok(call.progress.length >= 2, `${call.progress}`);
    call.progress.reduce((before, next) => {
      assert.ok(next > before, `${call.progress}`);
      return next;
    });
    await client.close();
  });

  Deno.test(`${name}: a cancelled call is audited as such and lets its guest go`, async () => {
    await using site = await Site.start({ pve: { taskPolls: 1e9 } });
    const client = await connect(site);
    const call = client.start(101);
    await until(() => call.progress.length > 0);
    call.cancel();
    await call.ended;
    const row = await auditOf(site, 1);
    assert.equal(row?.outcome, "cancelled");
    assert.match(row.upid, /^UPID:pve1:/);
    assert.match(
      row.error,
      /Proxmox accepted the task, but its end is unknown.*see get_task UPID:/,
    );
    site.fake.finishTasks();
    const next = await site.call("stop_vm", { vmid: 101, wait: false });
    assert.equal(next.isError, false, next.text);
    await client.close();
    assert.ok(!site.lines.some((line) => /ERROR/.test(line)), site.lines.join("\n"));
  });
}

for (const [name, connect] of [transports[0], transports[2]] as typeof transports) {
  Deno.test(`${name}: a client that hangs up cancels its call`, async () => {
    await using site = await Site.start({ pve: { taskPolls: 1e9 } });
    const client = await connect(site);
    const call = client.start(101);
    await until(() => call.progress.length > 0);
    await client.close();
    const row = await auditOf(site, 1);
    assert.equal(row?.outcome, "cancelled");
    assert.equal(row.upid, site.fake.state.tasks[0]?.upid);
    assert.equal(site.fake.state.tasks[0]?.status, "running", "only the wait ends");
    site.fake.finishTasks();
    assert.equal((await site.call("stop_vm", { vmid: 101, wait: false })).isError, false);
    const metrics = await fetch(`${site.root}/metrics`, { headers: site.headers() });
    assert.match(await metrics.text(), /proxmox_mcp_open_sessions\{door="sse"\} 0/);
  });
}

Deno.test("2025-11-25: hanging up cancels nothing, as that revision wants it", async () => {
  await using site = await Site.start({ pve: { taskPolls: 1e9 } });
  const client = await modern(site, "legacy");
  const call = client.start(101);
  await until(() => call.progress.length > 0);
  await client.close();
  site.fake.finishTasks();
  assert.equal((await auditOf(site, 1))?.outcome, "ok");
});

Deno.test("a running call of a revoked token is aborted, one of another token goes on", async () => {
  await using site = await Site.start({ pve: { taskPolls: 1e9 } });
  const started = (vmid: number) =>
    site.fake.requests.some(({ path }) => decodeURIComponent(path).includes(`:qmstart:${vmid}:`));
  const revoked = site.call("start_vm", { vmid: 101 }, { role: "write" });
  const other = site.call("start_vm", { vmid: 150 });
  await until(() => started(101) && started(150));
  const token = (await site.store.listTokens()).find(({ permission }) => permission === "write");
  await site.store.revokeToken(token!.id);
  assert.match((await revoked).text, /its end is unknown/);
  assert.equal((await auditOf(site, 1))?.outcome, "cancelled");
  site.fake.finishTasks();
  assert.equal((await other).isError, false);
});

Deno.test("a client without a progress token is told none", async () => {
  await using site = await Site.start({ pve: { taskPolls: 4 } });
  const session = await site.openSession();
  const { text } = await site.post(
    {
      jsonrpc: "2.0",
      id: 2,
      method: "tools/call",
      params: { name: "start_vm", arguments: { vmid: 101 } },
    },
    session,
  );
  assert.match(text, /"exit_status":"OK"/);
  assert.doesNotMatch(text, /notifications\/progress/);
});

Deno.test("a second change of a guest waits for the first, then goes on", async () => {
  await using site = await Site.start({ pve: { taskPolls: 1e9 } });
  const first = site.call("start_vm", { vmid: 101 });
  await until(() => site.fake.requests.some(({ path }) => /101\/status\/start$/.test(path)));
  const second = site.call("reset_vm", { vmid: 101, wait: false });
  const other = site.call("start_vm", { vmid: 150, wait: false });
  assert.equal((await other).isError, false, "another guest waits for nobody");
  assert.equal(
    site.fake.requests.filter(({ path }) => /101\/status\/current$/.test(path)).length,
    1,
    "the second did not wait",
  );
  site.fake.finishTasks();
  assert.equal((await first).isError, false);
  assert.match((await second).value?.upid, /:qmreset:101:/);
});

Deno.test("shutting down cuts off what does not end in time, and audits it", async () => {
  await using site = await Site.start({
    pve: { taskPolls: 1e9 },
    config: { server: { shutdown_seconds: 0 } },
  });
  const stream = await fetch(`${site.server.url}/sse`, { headers: site.headers() });
  const client = await sse(site);
  const overSse = client.start(101);
  const plain = site.call("start_vm", { vmid: 150 });
  await until(() =>
    site.fake.requests.filter(({ path }) => /tasks\/.*\/status$/.test(path)).length >= 2 &&
    overSse.progress.length > 0
  );
  await site.server.shutdown();
  const rows = await site.trail.list({ tool: "start_vm" });
  assert.deepEqual(rows.map((row) => row.outcome), ["cancelled", "cancelled"]);
  assert.match((await plain).text, /accepted the task, but its end is unknown/);
  for await (const _ of stream.body!);
  await client.close();
});

Deno.test("shutting down waits for calls that end in time", async () => {
  await using site = await Site.start({ pve: { taskPolls: 3 } });
  const call = site.call("start_vm", { vmid: 101 });
  await until(() => site.fake.requests.some(({ path }) => /status\/start$/.test(path)));
  await site.server.shutdown();
  assert.equal((await call).value?.exit_status, "OK");
  await assert.rejects(fetch(`${site.root}/healthz`));
});
