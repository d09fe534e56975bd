import assert from "node:assert/strict";
import { getHeapSpaceStatistics, setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { TokenWatch } from "../../lib/auth/token_watch.ts";
import { Heartbeat } from "../../lib/mcp/heartbeat.ts";
import { Passing } from "../../lib/passing.ts";

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
