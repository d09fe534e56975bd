import assert from "node:assert/strict";
import { getHeapSpaceStatistics, setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
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

Deno.test("Passing keeps nothing of what was taken out, where a Set's tables would", () => {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  const passing = new Passing<number[]>();
  const underWay: (() => void)[] = [];
  let most = 0;
  for (let at = 0; at < 20_000; at++) {
    underWay[at % 16]?.();
    underWay[at % 16] = passing.add(new Array(1_000).fill(at));
    // What is alive now is old from here on.
    if (at === 1_000) collect();
    if (at > 1_000 && at % 200 === 0) most = Math.max(most, oldBytes());
  }
  collect();
  assert.ok(most - oldBytes() < 16 * 2 ** 20, `${most - oldBytes()} bytes were kept`);
});

function oldBytes(): number {
  const space = getHeapSpaceStatistics().find(({ space_name }) => space_name === "old_space");
  return space?.space_used_size ?? NaN;
}
