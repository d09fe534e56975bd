import assert from "node:assert/strict";
import { setImmediate } from "node:timers";
import { getHeapSpaceStatistics, setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { TokenWatch } from "../../lib/auth/token_watch.ts";
import { Heartbeat } from "../../lib/mcp/heartbeat.ts";
import { OneShotTransport } from "../../lib/mcp/one_shot.ts";
import { Passing, PassingByKey } from "../../lib/passing.ts";
import type { Answer } from "../../lib/proxmox/api/client.ts";
import { ShareTime } from "../../lib/proxmox/share_time.ts";
import { SharedReads } from "../../lib/proxmox/shared_reads.ts";

Deno.test("Passing gives what was added and not taken out again", () => {
  const passing = new Passing<{ name: string }>();
  const same = { name: "same" };
  const takeOut = passing.add({ name: "gone" });
  passing.add(same);
  const takeOneOut = passing.add(same);
  takeOut();
  takeOut();
  takeOneOut();
  assert.deepEqual([...passing], [same]);
  passing.clear();
  assert.deepEqual([...passing], []);
});

Deno.test("PassingByKey gives what stands under a key, and was not taken out again", () => {
  const passing = new PassingByKey<number, { name: string }>();
  const [first, second] = [{ name: "first" }, { name: "second" }];
  passing.set(1, first);
  passing.set(1, second);
  passing.set(2, first);
  assert.equal(passing.get(1), second);
  assert.deepEqual([...passing], [second, first]);
  assert.equal(passing.delete(1), second);
  assert.deepEqual([passing.delete(1), passing.get(1)], [undefined, undefined]);
  passing.clear();
  assert.deepEqual([passing.get(2), ...passing], [undefined]);
});

/** What takes things in and gives the way to take each out again. */
const USERS: Record<string, () => { add(held: number[]): () => void; end(): unknown }> = {
  "Passing": () => {
    const passing = new Passing<number[]>();
    return { add: (held) => passing.add(held), end: () => passing.clear() };
  },
  "TokenWatch.onRevoked": () => {
    const watch = new TokenWatch({
      store: {
        findToken: () => Promise.resolve(null),
        findTokensById: () => Promise.resolve([]),
        touchToken: () => Promise.resolve(),
        onRevoked: () => () => {},
        watchIntervalMs: 1_000_000,
      },
      now: () => new Date(),
      monotonic: () => 0,
      onProblem: () => {},
    });
    return { add: (held) => watch.onRevoked(() => void held.length), end: () => watch.close() };
  },
  "Heartbeat.add": () => {
    const heartbeat = new Heartbeat();
    return { add: (held) => heartbeat.add(() => void held.length), end: () => {} };
  },
  "PassingByKey": () => {
    const passing = new PassingByKey<number, number[]>();
    let keys = 0;
    const add = (held: number[]) => {
      const key = ++keys;
      passing.set(key, held);
      return () => void passing.delete(key);
    };
    return { add, end: () => passing.clear() };
  },
  "OneShotTransport.exchange": () => {
    const transport = new OneShotTransport();
    let requests = 0;
    const add = (held: number[]) => {
      const id = ++requests;
      const request = { jsonrpc: "2.0", id, method: "tools/call" } as const;
      transport.exchange(request, {}).then(() => held.length);
      return () => void transport.send({ jsonrpc: "2.0", id, result: {} });
    };
    return { add, end: () => transport.close() };
  },
  "SharedReads.read": () => {
    const reads = new SharedReads(new ShareTime({ seconds: 2, monotonic: () => 0 }));
    let keys = 0;
    const add = (held: number[]) => {
      const answer = Promise.withResolvers<Answer>();
      const start = () => answer.promise;
      const { signal } = new AbortController();
      const how = { caller: "ada", signal, start, keeps: "not", takesKept: false } as const;
      reads.read(String(++keys), how).then(() => held.length);
      return () => answer.resolve({ data: held, total: undefined, size: 2 });
    };
    return { add, end: () => {} };
  },
};

for (const [name, begin] of Object.entries(USERS)) {
  Deno.test(`${name} keeps nothing of what was taken out, where a Set's tables would`, async () => {
    setFlagsFromString("--expose-gc");
    const collect = runInNewContext("gc") as () => void;
    const user = begin();
    const underWay: (() => void)[] = [];
    let most = 0;
    for (let at = 0; at < 20_000; at++) {
      underWay[at % 16]?.();
      underWay[at % 16] = user.add(new Array(1_000).fill(at));
      // Who waits for what was taken out goes on.
      if (at % 16 === 0) await new Promise<void>((resolve) => setImmediate(resolve));
      // What is alive now is old from here on.
      if (at === 1_000) collect();
      if (at > 1_000 && at % 200 === 0) most = Math.max(most, oldBytes());
    }
    collect();
    const kept = most - oldBytes();
    for (const takeOut of underWay) takeOut();
    await user.end();
    assert.ok(kept < 16 * 2 ** 20, `${kept} bytes were kept`);
  });
}

function oldBytes(): number {
  const space = getHeapSpaceStatistics().find(({ space_name }) => space_name === "old_space");
  return space?.space_used_size ?? NaN;
}
