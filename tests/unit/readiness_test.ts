import assert from "node:assert/strict";
import { createReadiness } from "../../lib/http/readiness.ts";

const fine = () => Promise.resolve();
const never = () => new Promise<void>(() => {});

function readiness(proxmox: Record<string, () => Promise<void>>, told: string[] = []) {
  let ms = 0;
  return createReadiness({ database: fine, proxmox: Object.entries(proxmox) }, {
    monotonic: () => ms += 1_000,
    onChange: (cluster, answers) => told.push(`${cluster} ${answers}`),
  });
}

Deno.test("readiness waits for no cluster that says nothing once another has answered", async () => {
  const { ready, proxmox, clusters } = await readiness({ home: fine, dc2: never })();
  assert.deepEqual([ready, proxmox], [true, "degraded"]);
  assert.deepEqual([...clusters], [["home", true], ["dc2", false]]);
});

Deno.test("readiness tells of a cluster once when it is away, and once when it is back", async () => {
  const told: string[] = [];
  let away = true;
  const dc2 = () => away ? Promise.reject(new Error("away")) : Promise.resolve();
  const ask = readiness({ home: fine, dc2 }, told);
  await ask();
  await ask();
  away = false;
  assert.equal((await ask()).proxmox, "ok");
  await ask();
  assert.deepEqual(told, ["dc2 false", "dc2 true"]);
});

Deno.test("readiness is none while no cluster answers", async () => {
  const away = () => Promise.reject(new Error("away"));
  const { ready, proxmox } = await readiness({ home: away, dc2: away })();
  assert.deepEqual([ready, proxmox], [false, "unavailable"]);
});
