import assert from "node:assert/strict";
import { Clock } from "../auth/clock.ts";
import { Site, type SiteOptions } from "../site.ts";
import { metaOf } from "../support/meta.ts";
import { startOwnTokens } from "../support/own_token.ts";
import { Pipe } from "../support/stdio.ts";
import { until } from "../support/until.ts";
import { createLimitedToken } from "../tokens.ts";

const EVERY_MS = 5_000;
const GUEST = "pve://guests/101";
const META = metaOf();
const MODERN = {
  accept: "application/json, text/event-stream",
  "mcp-protocol-version": "2026-07-28",
  "mcp-method": "subscriptions/listen",
};

/** Time that passes for the readers of the cluster's list when a test says so. */
class Ticks {
  /** What ends the wait of each reader, by the signal that ends the reader. */
  readonly #waits = new Map<AbortSignal, () => void>();

  readonly sleep: NonNullable<SiteOptions["sleep"]> = async (ms, signal) => {
    if (ms !== EVERY_MS) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#waits.set(signal, resolve);
    signal.addEventListener("abort", () => {
      this.#waits.delete(signal);
      resolve();
    });
    await promise;
  };

  get readers(): number {
    return this.#waits.size;
  }

  /** Lets the time pass, and waits until the one reader has read the list, or has ended. */
  async pass(): Promise<void> {
    const [[signal, over] = []] = this.#waits;
    over?.();
    await until(() => signal === undefined || this.#waits.get(signal) !== over);
  }
}

/** An event stream that is being read. */
class Stream {
  // deno-lint-ignore no-explicit-any -- each test knows the shape it asks for
  readonly messages: any[] = [];
  ended = false;
  readonly #reader: ReadableStreamDefaultReader<string>;

  private constructor(body: ReadableStream<Uint8Array>) {
    this.#reader = body.pipeThrough(new TextDecoderStream()).getReader();
    void this.#read();
  }

  static async open(url: string, init: RequestInit): Promise<Stream> {
    const { headers, body } = await fetch(url, init);
    assert.equal(headers.get("content-type"), "text/event-stream");
    assert.ok(body);
    return new Stream(body);
  }

  get updates(): string[] {
    return this.messages.filter(({ method }) => method === "notifications/resources/updated")
      .map(({ params }) => params.uri);
  }

  async close(): Promise<void> {
    await this.#reader.cancel();
  }

  async #read(): Promise<void> {
    let rest = "";
    for (;;) {
      const { done, value } = await this.#reader.read();
      if (done) break;
      const parts = (rest + value).split("\n\n");
      rest = parts.pop() ?? "";
      const events = parts.flatMap((part) => /^data: (\{.*)$/m.exec(part)?.[1] ?? []);
      this.messages.push(...events.map((event) => JSON.parse(event)));
    }
    this.ended = true;
  }
}

function listening(addresses: readonly string[], id: number | string = 1) {
  const params = { _meta: META, notifications: { resourceSubscriptions: addresses } };
  return { jsonrpc: "2.0", id, method: "subscriptions/listen", params };
}

async function listen(site: Site, addresses: readonly string[], token?: string): Promise<Stream> {
  const stream = await Stream.open(site.url, {
    method: "POST",
    headers: { ...site.headers(token), ...MODERN },
    body: JSON.stringify(listening(addresses)),
  });
  await until(() => stream.messages.length > 0);
  return stream;
}

/** Asks in a session of 2025-11-25 for changes of the guest to be told, or not any more. */
async function subscribe(site: Site, headers: Record<string, string>, verb = "subscribe") {
  const params = { uri: GUEST };
  const body = { jsonrpc: "2.0", id: 5, method: `resources/${verb}`, params };
  assert.match((await site.post(body, headers)).text, /"result":\{\}/);
}

function reads(site: Site): number {
  return site.fake.requests.filter(({ path }) => path.endsWith("/cluster/resources")).length;
}

/** Uses what a running guest may use, which is no change of it. */
function work(site: Site, vmid: number): void {
  const guest = site.fake.state.guests.get(vmid);
  if (!guest) return;
  assert.equal(guest.status, "running");
  guest.load = { cpu: 0.9, mem: 0.9, disk: 0.9 };
  guest.counters = { netin: 7e9, netout: 8e9, diskread: 9e9, diskwrite: 1e9 };
}

function rename(site: Site, vmid: number, name: string): void {
  const guest = site.fake.state.guests.get(vmid);
  if (guest) guest.config.name = name;
}

Deno.test("what is followed in one of several clusters is told of that one alone", async () => {
  const ticks = new Ticks();
  await using site = await Site.start({ sleep: ticks.sleep, clusters: { dc2: {} } });
  const token = await createLimitedToken(site.store, { clusters: ["default"] });
  const address = (cluster: string) => `pve://${cluster}/guests/101`;
  const both = await listen(site, [address("default"), address("dc2"), GUEST]);
  const blind = await listen(site, [address("default"), address("dc2")], token);
  const dc2 = site.fakes.dc2?.state.guests.get(101);
  assert.ok(dc2);
  dc2.config.name = "another";
  await ticks.pass();
  await until(() => both.updates.length === 1);
  rename(site, 101, "other");
  await ticks.pass();
  await until(() => both.updates.length === 2 && blind.updates.length === 1);
  assert.deepEqual(both.updates, [address("dc2"), address("default")]);
  assert.deepEqual(blind.updates, [address("default")]);
  for (const stream of [both, blind]) await stream.close();
});

Deno.test("changes are told to all who follow, by one reader of the cluster's list", async () => {
  const ticks = new Ticks();
  await using site = await Site.start({ sleep: ticks.sleep });
  assert.equal(ticks.readers, 0, "nobody reads what nobody follows");
  const headers = await site.openSession();
  const session = await Stream.open(site.url, { headers });
  await subscribe(site, headers);
  const own = await createLimitedToken(site.store, { vmids: [{ from: 101, to: 101 }] });
  const other = await createLimitedToken(site.store, { vmids: [{ from: 100, to: 100 }] });
  const streams = await Promise.all([
    listen(site, [GUEST, "pve://cluster"]),
    listen(site, [GUEST], own),
    listen(site, [GUEST, "pve://guests/100", "pve://attention"], other),
  ]);
  assert.deepEqual(streams[2]?.messages[0].params.notifications.resourceSubscriptions, [
    GUEST,
    "pve://guests/100",
  ]);
  assert.equal(ticks.readers, 1);
  const before = reads(site);
  await ticks.pass();
  assert.equal(reads(site), before + 1);
  work(site, 100);
  await ticks.pass();
  rename(site, 101, "db9");
  await ticks.pass();
  await until(() => streams[0]?.updates.length === 1 && streams[1]?.updates.length === 1);
  await until(() => session.updates.length === 1);
  rename(site, 100, "web9");
  await ticks.pass();
  await until(() => streams[2]?.updates.length === 1);
  assert.deepEqual(streams.map(({ updates }) => updates), [[GUEST], [GUEST], ["pve://guests/100"]]);
  assert.deepEqual(session.updates, [GUEST]);
  await subscribe(site, headers, "unsubscribe");
  for (const stream of [...streams, session]) await stream.close();
  // That a client is gone shows when it is told something.
  for (let turn = 0; ticks.readers > 0; turn++) {
    for (const vmid of [100, 101]) rename(site, vmid, `turn-${turn}`);
    await ticks.pass();
  }
});

Deno.test("what a token follows ends with it, and with its session", async () => {
  const ticks = new Ticks();
  await using site = await Site.start({ sleep: ticks.sleep });
  const token = await createLimitedToken(site.store, {});
  const stream = await listen(site, [GUEST], token);
  const headers = await site.openSession();
  await subscribe(site, headers);
  const [record] = (await site.store.listTokens()).slice(-1);
  await site.store.revokeToken(record?.id ?? 0);
  await until(() => stream.ended);
  assert.equal(stream.messages.at(-1).result.resultType, "complete");
  assert.equal(ticks.readers, 1, "the session still follows");
  const ended = await fetch(site.url, { method: "DELETE", headers });
  await ended.body?.cancel();
  await until(() => ticks.readers === 0);
});

Deno.test("a token follows at most a hundred resources, by ten streams, and no task", async () => {
  const ticks = new Ticks();
  await using site = await Site.start({ sleep: ticks.sleep });
  const many = Array.from({ length: 101 }, (_, at) => `pve://guests/${100 + at}`);
  const { json } = await site.post(listening(many), { ...site.headers(), ...MODERN });
  assert.match(json.error.message, /^Cannot follow more than 100 resources/);
  assert.equal(ticks.readers, 0);
  const streams = await Promise.all(many.slice(0, 10).map((uri) => listen(site, [uri])));
  const refused = await site.post(listening([GUEST]), { ...site.headers(), ...MODERN });
  assert.equal(refused.status, 429);
  for (const stream of streams) await stream.close();
  const headers = await site.openSession();
  const task = { uri: "pve://tasks/UPID:x" };
  const body = { jsonrpc: "2.0", id: 5, method: "resources/subscribe", params: task };
  assert.match((await site.post(body, headers)).text, /Resource not found/);
});

Deno.test("how many streams a token may have is configured, and with it how much it follows", async () => {
  const ticks = new Ticks();
  const config = { server: { max_streams_per_token: 12 } };
  await using site = await Site.start({ sleep: ticks.sleep, config });
  const many = Array.from({ length: 121 }, (_, at) => `pve://guests/${100 + at}`);
  const { json } = await site.post(listening(many), { ...site.headers(), ...MODERN });
  assert.match(json.error.message, /^Cannot follow more than 120 resources/);
  const streams = await Promise.all(many.slice(0, 12).map((uri) => listen(site, [uri])));
  const refused = await site.post(listening([GUEST]), { ...site.headers(), ...MODERN });
  assert.equal(refused.status, 429);
  for (const stream of streams) await stream.close();
  const open: Stream[] = [];
  for (let at = 0; at < 13; at++) {
    open.push(await Stream.open(`${site.url}/sse`, { headers: site.headers() }));
  }
  await until(() => open[0]?.ended === true);
  assert.deepEqual(open.filter(({ ended }) => ended).length, 1);
  for (const stream of open.slice(1)) await stream.close();
});

Deno.test("stdio tells of changes to clients of both revisions", async () => {
  await using site = await Site.start();
  for (const modern of [false, true]) {
    const ticks = new Ticks();
    await using pipe = await Pipe.open(site, { options: { sleep: ticks.sleep } });
    if (modern) {
      await pipe.send(listening([GUEST, "pve://tasks/x"], "a"));
      await until(() => pipe.messages.length === 1);
      const { resourceSubscriptions } = pipe.messages[0].params.notifications;
      assert.deepEqual(resourceSubscriptions, [GUEST]);
    } else {
      await pipe.initialize();
      assert.deepEqual((await pipe.ask("resources/subscribe", { uri: GUEST })).result, {});
    }
    rename(site, 101, `db-${modern}`);
    await ticks.pass();
    const isUpdate = ({ method }: { method?: string }) =>
      method === "notifications/resources/updated";
    await until(() => pipe.messages.some(isUpdate));
    const { params } = pipe.messages.find(isUpdate);
    assert.equal(params.uri, GUEST);
    assert.equal(
      params._meta?.["io.modelcontextprotocol/subscriptionId"],
      modern ? "a" : undefined,
    );
    const requestId = { requestId: "a" };
    if (modern) {
      await pipe.send({ jsonrpc: "2.0", method: "notifications/cancelled", params: requestId });
    } else await pipe.ask("resources/unsubscribe", { uri: GUEST });
    await until(() => ticks.readers === 0);
  }
});

Deno.test("a session whose client listens outlasts idleness while it follows something", async () => {
  const ticks = new Ticks();
  const clock = new Clock();
  const { now, monotonic } = clock;
  await using site = await Site.start({ sleep: ticks.sleep, now, monotonic });
  const headers = await site.openSession();
  const stream = await Stream.open(site.url, { headers });
  await subscribe(site, headers);
  clock.advance(11 * 60_000);
  await site.openSession();
  assert.deepEqual([ticks.readers, stream.ended], [1, false]);
  await stream.close();
  await until(async () => {
    rename(site, 101, crypto.randomUUID());
    await ticks.pass();
    clock.advance(11 * 60_000);
    await site.openSession();
    return ticks.readers === 0;
  });
});

Deno.test("what a token follows over stdio ends with it", async () => {
  const ticks = new Ticks();
  await using site = await Site.start();
  const token = await createLimitedToken(site.store, {});
  const options = { sleep: ticks.sleep };
  await using pipe = await Pipe.open(site, { speaker: { kind: "token", token }, options });
  await pipe.initialize();
  assert.deepEqual((await pipe.ask("resources/subscribe", { uri: GUEST })).result, {});
  const [record] = (await site.store.listTokens()).slice(-1);
  await site.store.revokeToken(record?.id ?? 0);
  await until(() => ticks.readers === 0);
});

Deno.test("who has a Proxmox token of their own is told of what that sees, and no more", async () => {
  const ticks = new Ticks();
  await using own = await startOwnTokens({ sleep: ticks.sleep });
  const { site } = own;
  const token = await own.user("omar", site.fake.tokenFor("operator"));
  const addresses = [GUEST, "pve://guests/150"];
  const [few, all] = await Promise.all([listen(site, addresses, token), listen(site, addresses)]);
  await ticks.pass();
  const before = reads(site);
  rename(site, 101, "db9");
  rename(site, 150, "sandbox9");
  await ticks.pass();
  assert.equal(reads(site), before + 2, "once for each token");
  await until(() => few?.updates.length === 1 && all?.updates.length === 2);
  assert.deepEqual(few?.updates, ["pve://guests/150"]);
  await Promise.all([few?.close(), all?.close()]);
});

Deno.test("what is followed with one Proxmox token ends when the user is given another", async () => {
  const ticks = new Ticks();
  await using own = await startOwnTokens({ sleep: ticks.sleep });
  const { site } = own;
  const omar = await own.user("omar");
  const others = await own.user("shirley");
  const [his, hers] = [await listen(site, [GUEST], omar), await listen(site, [GUEST], others)];
  await own.name("omar", site.fake.tokenFor("operator"));
  const seen = await site.call("get_guest", { vmid: 101 }, { token: omar });
  assert.equal(seen.code, "not_found", seen.text);
  rename(site, 101, "other");
  await ticks.pass();
  await until(() => hers.updates.length === 1);
  assert.deepEqual([his.ended, his.updates], [true, []]);
  await hers.close();
});
