import assert from "node:assert/strict";
import { setImmediate } from "node:timers";
import { Turns } from "../../lib/turns.ts";

Deno.test("Turns: what else is to be done comes between those that come at one moment", async () => {
  const turns = new Turns();
  const order: string[] = [];
  const first = turns.next().then(() => {
    order.push("first");
    setImmediate(() => order.push("else"));
  });
  const second = turns.next().then(() => order.push("second"));
  await Promise.all([first, second]);
  assert.deepEqual(order, ["first", "else", "second"]);
});
