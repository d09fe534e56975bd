import assert from "node:assert/strict";
import { setImmediate } from "node:timers";
import * as z from "zod";
import { finisher } from "../../lib/mcp/finished.ts";
import { runProbes } from "../../lib/proxmox/attention/finding.ts";
import type { Resource } from "../../lib/proxmox/api/values.ts";
import type { AnyTool } from "../../lib/tool/tool.ts";
import { inTurns, Turns } from "../../lib/turns.ts";
import findGuests from "../../tools/find_guests.ts";
import getVms from "../../tools/get_vms.ts";

/** How many turns of the event loop others had until the work, which waits for nothing else, was done. */
async function turnsDuring(work: () => Promise<unknown>): Promise<number> {
  let turns = 0;
  let isOver = false;
  const count = () => {
    if (isOver) return;
    turns++;
    setImmediate(count);
  };
  setImmediate(count);
  await work();
  isOver = true;
  return turns;
}

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

Deno.test("inTurns gives way before large pages only", async () => {
  const work = inTurns((read: string, { limit }: { limit: number }) => `${read} ${limit}`);
  assert.equal(await work("rows", { limit: 500 }), "rows 500");
  assert.equal(await turnsDuring(() => work("rows", { limit: 50 })), 0);
  const five = () => Promise.all([1, 2, 3, 4, 5].map(() => work("rows", { limit: 500 })));
  assert.ok(await turnsDuring(five) >= 4);
});

const RESOURCES = Array.from({ length: 200 }, (_, at): Resource => ({
  id: `qemu/${at + 100}`,
  type: "qemu",
  vmid: at + 100,
  node: "pve1",
  status: "running",
}));

for (const tool of [findGuests, getVms] as unknown as AnyTool[]) {
  Deno.test(`${tool.name}: others come between large pages that are asked for at one moment`, async () => {
    const pages = (limit: number) =>
      Promise.all([1, 2, 3, 4, 5].map((page) => {
        const input = tool.input.parse({ limit: limit + page });
        // Its own answer of Proxmox: of the same one a page may be made already.
        const pve = { resources: () => Promise.resolve([...RESOURCES]) };
        return tool.run(input, { pve } as unknown as Parameters<AnyTool["run"]>[1]);
      }));
    assert.equal(await turnsDuring(() => pages(10)), 0);
    assert.ok(await turnsDuring(() => pages(100)) >= 4);
  });
}

Deno.test("runProbes gives way to others, though nothing has to be read", async () => {
  const probe = (part: string) => ({ part, of: "x", read: () => Promise.resolve([]) });
  const probes = Array.from({ length: 160 }, (_, at) => probe(`${at}`));
  assert.ok(await turnsDuring(() => runProbes(probes)) >= 9);
  assert.equal(await turnsDuring(() => runProbes(probes.slice(0, 15))), 0);
});

Deno.test("finisher finishes each long output in a turn of its own, once", async () => {
  const finish = finisher();
  const tool = { output: z.object({ rows: z.array(z.string()) }) } as unknown as AnyTool;
  const outputs = (rows: number) => [1, 2, 3, 4, 5].map(() => ({ rows: Array(rows).fill("x") }));
  const finishAll = (all: readonly { rows: string[] }[]) => () =>
    Promise.all(all.map((output) => finish(tool, output)));
  const long = outputs(100);
  assert.equal(await turnsDuring(finishAll(outputs(50))), 0);
  assert.ok(await turnsDuring(finishAll(long)) >= 4);
  assert.equal(await turnsDuring(finishAll(long)), 0);
});
