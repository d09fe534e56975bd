/** A worker whose event loop stands still for good ends the server, so that another one is started. */
import assert from "node:assert/strict";
import { watchPulses } from "../../lib/sandbox/pulses.ts";
import { startBreaking } from "../support/breaking.ts";
import { STICKS } from "../support/breaks.ts";
import { until } from "../support/until.ts";
import { Crowd, WorkerSite } from "../support/worker_site.ts";

const CALL = "tools/call";
const LOOK_MS = 1_000;
const START = /\/status\/start$/;
const CUT_OFF = "cut off";

Deno.test("a worker that stands still: the others' calls end, no change is sent twice, and the status is 1", async () => {
  const start = (config: string) => startBreaking(config, { lookMs: LOOK_MS });
  await using site = await WorkerSite.start({ workers: 2, start });
  await site.untilAll();
  const guests = [...site.fake.state.guests.values()]
    .filter(({ config, type }) => type === "qemu" && config.template === undefined);
  for (const guest of guests) guest.status = "stopped";
  using crowd = new Crowd(site);
  site.fake.fault({ path: START }, { kind: "delay", ms: LOOK_MS }, { times: Crowd.size });
  const calls = crowd.each(async (ask, at) => {
    const params = { name: "start_vm", arguments: { vmid: guests[at]?.vmid } };
    const body = JSON.stringify({ method: CALL, params });
    const answer = await ask({ method: "POST", body }).then((it) => it.json(), () => CUT_OFF);
    return answer === CUT_OFF ? CUT_OFF : answer.result.isError ?? false;
  });
  const sent = () => site.fake.requests.filter(({ path }) => START.test(path)).map((it) => it.path);
  await until(() => sent().length === Crowd.size);
  site.process.kill(STICKS);
  using others = new Crowd(site);
  const metrics = others.each((ask) =>
    ask({}, `${site.root}/metrics`).then((it) => it.text(), () => CUT_OFF)
  );
  await site.process.line(/worker 2 of 2 has stood still for 12 seconds and cannot be ended alone/);
  assert.equal((await site.process.status).code, 1);
  const ends = await calls;
  assert.deepEqual([...new Set(ends)].toSorted(), [CUT_OFF, false]);
  const told = (await metrics).filter((text) => text !== CUT_OFF);
  assert.ok(told.length > 0 && told.every((text) => /^proxmox_mcp_workers 1$/m.test(text)));
  assert.equal(
    site.lines.at(-1),
    "Cannot keep the server up: worker 2 of 2 has stood still for 12 seconds",
  );

  await using again = await startBreaking(site.config);
  const rows = await site.trail.list({ tool: "start_vm" });
  const left = rows.filter(({ outcome }) => outcome === "intent");
  assert.equal(left.length, ends.filter((end) => end === CUT_OFF).length);
  assert.equal((await site.trail.verify()).ok, true);
  assert.ok(again.url !== "");
  assert.deepEqual(sent(), [...new Set(sent())]);
});

Deno.test("watchPulses tells once of who stands still for twelve looks, and of no other", async () => {
  const told: number[] = [];
  let beats = 0;
  using _watching = watchPulses({
    places: () => [0, 1],
    beatsOf: (place) => place === 0 ? beats++ : 7,
    onStill: (place) => told.push(place),
    lookMs: 1,
  });
  await until(() => beats > 40);
  assert.deepEqual(told, [1]);
});
