import assert from "node:assert/strict";
import { until } from "../../support/until.ts";
import { Ground, Running } from "./ground.ts";

/** So many connections that one worker alone has all of them once in 30,000 times. */
const CONNECTIONS = 16;
const CALL = { jsonrpc: "2.0", id: 2, method: "tools/call" };

/** Clients that come by connections of their own, and so to any worker. */
class Crowd implements Disposable {
  readonly #clients = Array.from({ length: CONNECTIONS }, () => Deno.createHttpClient({}));
  readonly #site: Running;

  constructor(site: Running) {
    this.#site = site;
  }

  /** What each of them is answered. */
  each<T>(make: (ask: (init: RequestInit, url?: string) => Promise<Response>) => Promise<T>) {
    return Promise.all(
      this.#clients.map((client) =>
        make((init, url = this.#site.url) =>
          fetch(url, { headers: this.#site.headers(), ...init, client })
        )
      ),
    );
  }

  /** The statuses that all of them get for one body. */
  post(body: object, headers = this.#site.headers(), url = this.#site.url): Promise<number[]> {
    return this.each(async (ask) => {
      const { body: answer, status } = await ask({
        method: "POST",
        headers,
        body: JSON.stringify(body),
      }, url);
      await answer?.cancel();
      return status;
    });
  }

  [Symbol.dispose](): void {
    for (const client of this.#clients) client.close();
  }
}

/** The next events of a stream, as JSON where they are. */
function eventsOf(response: Response) {
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  let read = "";
  return {
    reader,
    next: async () => {
      for (;;) {
        const event = /^(?:event: (?<name>\w+)\n)?(?:id: .*\n)?data: (?<data>.*)\n\n/m.exec(read);
        if (event?.groups) {
          read = read.slice(event.index + event[0].length);
          return event.groups["data"] ?? "";
        }
        const { done, value } = await reader.read();
        if (done) throw new Error(`the stream has ended after ${read}`);
        read += value;
      }
    },
  };
}

async function untilBoth(site: Running): Promise<void> {
  await until(async () => await metric(site, "proxmox_mcp_workers") === 2);
}

async function metric(site: Running, name: string): Promise<number> {
  const text = await (await fetch(`${site.root}/metrics`, { headers: site.headers() })).text();
  return Number(text.split("\n").find((line) => line.startsWith(`${name} `))?.split(" ")[1]);
}

const same = <T>(value: T): T[] => Array.from({ length: CONNECTIONS }, () => value);

/** Everything that one user does, by whichever worker is reached. */
export async function shareWork(t: Deno.TestContext, ground: Ground): Promise<void> {
  await using site = await Running.start(ground, { server: { workers: 2 } });
  using crowd = new Crowd(site);
  await untilBoth(site);
  await t.step("each counts for all, and the audit trail stays one chain", async () => {
    const call = { method: "tools/call", params: { name: "get_nodes", arguments: {} } };
    for (let round = 0; round < 3; round++) assert.deepEqual(await crowd.post(call), same(200));
    const counted = 'proxmox_mcp_tool_calls_total{tool="get_nodes",outcome="ok"}';
    assert.equal(await metric(site, counted), 3 * CONNECTIONS);
    await until(async () => (await site.trail.list({ limit: 100 })).length >= 3 * CONNECTIONS);
    assert.equal((await site.trail.verify()).ok, true);
  });
  await t.step("a session goes on with any, and DELETE ends it for all", async () => {
    const session = await site.openSession();
    const list = { jsonrpc: "2.0", id: 2, method: "tools/list" };
    assert.deepEqual(await crowd.post(list, session), same(200));
    assert.equal(await metric(site, 'proxmox_mcp_open_sessions{door="http"}'), 1);
    const stream = eventsOf(await fetch(site.url, { headers: session }));
    await (await fetch(site.url, { method: "DELETE", headers: session })).body?.cancel();
    await assert.rejects(stream.next(), /has ended/);
    assert.deepEqual(await crowd.post(list, session), same(404));
  });
  await t.step("clients that leave while another worker answers break none", async () => {
    const list = { jsonrpc: "2.0", id: 2, method: "tools/list" };
    for (let round = 0; round < 20; round++) {
      assert.deepEqual(await crowd.post(list, await site.openSession()), same(200));
    }
    assert.deepEqual(site.process.lines.filter((line) => line.includes("broke")), []);
  });
  await t.step("HTTP+SSE is posted to by any connection", async () => {
    const sse = await fetch(`${site.url}/sse`, { headers: site.headers() });
    const events = eventsOf(sse);
    const endpoint = new URL(await events.next(), site.url).href;
    const ping = { jsonrpc: "2.0", id: 7, method: "ping" };
    assert.deepEqual(await crowd.post(ping, site.headers(), endpoint), same(202));
    for (const _ of same(0)) assert.match(await events.next(), /"id":7/);
    await events.reader.cancel();
    await until(async () => await metric(site, 'proxmox_mcp_open_sessions{door="sse"}') === 0);
  });
  await t.step("a question is answered, and a call is cancelled, by any connection", async () => {
    const session = await site.openSession(site.tokens.admin, { elicitation: {} });
    const params = { name: "stop_vm", arguments: { vmid: 100 } };
    const init = { method: "POST", headers: session };
    await crowd.each(async (ask) => {
      const tell = async (message: object) => {
        const response = await ask({ ...init, body: JSON.stringify(message) });
        await response.body?.cancel();
        assert.equal(response.status, 202, JSON.stringify(message));
      };
      const call = async () => {
        const id = crypto.randomUUID();
        const events = eventsOf(
          await ask({ ...init, body: JSON.stringify({ ...CALL, id, params }) }),
        );
        return { id, events, question: JSON.parse(await events.next()).id };
      };
      const declined = await call();
      await tell({ jsonrpc: "2.0", id: declined.question, result: { action: "decline" } });
      assert.match(await declined.events.next(), /"isError":true/);
      const cancelled = await call();
      const notice = { requestId: cancelled.id, reason: "enough" };
      await tell({ jsonrpc: "2.0", method: "notifications/cancelled", params: notice });
      assert.match(await cancelled.events.next(), /notifications\/cancelled.*enough/);
      await cancelled.events.reader.cancel();
    });
  });
  await t.step("a halt and a revocation hold for all", async () => {
    site.process.kill("SIGUSR1");
    await site.process.line(/Changes are halted/);
    const start = { method: "tools/call", params: { name: "start_vm", arguments: { vmid: 101 } } };
    const texts = await crowd.each(async (ask) =>
      await (await ask({ method: "POST", body: JSON.stringify(start) })).text()
    );
    assert.ok(texts.every((text) => text.includes("Changes are halted")));
    site.process.kill("SIGUSR2");
    await site.process.line(/Changes go on/);
    const rows = await site.trail.list({ limit: 500 });
    assert.equal(rows.filter(({ door }) => door === "signal").length, 2, "one row a signal");
    const tokens = await site.store.listTokens();
    const read = tokens.find(({ permission }) => permission === "read");
    await site.store.revokeToken(read?.id ?? 0);
    const gone = site.headers(site.tokens.user);
    await until(async () => (await crowd.post({ method: "ping" }, gone)).every((s) => s === 401));
  });
  await t.step("SIGTERM lets calls end and ends all", async () => {
    site.process.kill("SIGTERM");
    assert.equal((await site.process.status).code, 0);
    const told = (text: RegExp) => site.process.lines.filter((line) => text.test(line)).length;
    assert.deepEqual([told(/Server started/), told(/Server stopped/)], [1, 1]);
    const log = await Deno.readTextFile(ground.folder.at("proxmox_mcp.log"));
    assert.equal(log.match(/tool=get_nodes/g)?.length, 3 * CONNECTIONS, "the file has every line");
  });
}

/** On SQLite too, where a server with one worker counts for itself. */
export async function countTogether(ground: Ground): Promise<void> {
  const rate_limit = { requests_per_minute: 20, failed_logins_per_minute: 3 };
  await using site = await Running.start(ground, { server: { workers: 2, rate_limit } });
  using crowd = new Crowd(site);
  await site.process.line(/Server started/);
  const token = site.headers(await ground.makeToken("read", "ada"));
  const statuses = [
    await crowd.post({ method: "ping" }, token),
    await crowd.post({ method: "ping" }, token),
  ].flat();
  assert.equal(statuses.filter((status) => status === 200).length, 20);
}

/** The port belongs to one server, and that is told once. */
export async function keepPort(ground: Ground): Promise<void> {
  await ground.configure({ server: { workers: 2 } });
  await using _site = await Running.start(ground, { server: { workers: 2 } });
  const second = await ground.program.run(["serve"]);
  assert.equal(second.status, 1);
  assert.match(second.err, /^proxmox-mcp: Cannot listen on .* the port is in use/);
  assert.equal(second.err.split("\n").length, 1);
}
