import assert from "node:assert/strict";
import { CHANGING } from "../requests/changing.ts";
import { CREATING } from "../requests/creating.ts";
import { Model } from "../requests/model.ts";
import { READING } from "../requests/reading.ts";
import type { Clock, Request } from "../requests/request.ts";
import { RUNNING } from "../requests/running.ts";
import { Site } from "../site.ts";

const REQUESTS: readonly Request[] = [...READING, ...CREATING, ...CHANGING, ...RUNNING];

/** Has a model do what is asked for; gives its calls, the tools that it had to search for in brackets. */
async function play(request: Request): Promise<readonly string[]> {
  const { bound, fulfilled, prepare, pve = {} } = request;
  const clock: Clock = { shiftMs: 0 };
  await using site = await Site.start({
    pve,
    config: { tools: { toolsets: ["core"] } },
    now: () => new Date(Date.now() + clock.shiftMs),
  });
  await prepare?.(site, clock);
  const model = await Model.start(site, request);
  await fulfilled(site, await request.play(model));
  const { calls, searched } = model;
  assert.ok(calls.length <= bound, `${calls.length} calls, not ${bound}: ${calls.join(", ")}`);
  assert.equal(new Set(searched).size, searched.length, "a tool was searched for twice");
  return calls.map((name) => searched.includes(name) ? `(${name})` : name);
}

Deno.test("a model does thirty requests with the core, in few calls and without a dead end", async (t) => {
  const lines: string[] = [];
  assert.equal(REQUESTS.length, 30);
  for (const request of REQUESTS) {
    await t.step(request.words, async () => {
      const calls = await play(request);
      lines.push([request.words, calls.length, request.bound, calls.join(", ")].join(" | "));
    });
  }
  // deno-lint-ignore no-console -- the table is there to be read
  console.log(["request | calls | bound | tools; in brackets: searched for", ...lines].join("\n"));
});
