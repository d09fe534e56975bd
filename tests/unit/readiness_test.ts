import assert from "node:assert/strict";
import { createReadiness } from "../../lib/http/readiness.ts";

const fine = () => Promise.resolve();
const never = () => new Promise<void>(() => {});

function readiness(
  proxmox: Record<string, () => Promise<void>>,
  told: string[] = [],
  backups: Record<string, () => Promise<void>> = {},
) {
  let ms = 0;
  const backupServers = Object.entries(backups);
  return createReadiness({ database: fine, proxmox: Object.entries(proxmox), backupServers }, {
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

/** One that says nothing until it is told what. */
function slow() {
  let answers = Promise.withResolvers<void>();
  return {
    probe: () => answers.promise,
    end(error?: Error) {
      if (error) answers.reject(error);
      else answers.resolve();
      answers = Promise.withResolvers();
    },
  };
}

/** Undefined when it is not there at once. */
function atOnce<T>(promise: Promise<T>): Promise<T | undefined> {
  return Promise.race([
    promise,
    new Promise<undefined>((resolve) => setTimeout(() => resolve(undefined))),
  ]);
}

Deno.test("readiness waits once for a backup server that says nothing, and no more after that", async () => {
  const pbs2 = slow();
  const ask = readiness({ home: fine }, [], { pbs1: fine, pbs2: pbs2.probe });
  const told = { ready: true, backup_servers: { pbs1: "ok", pbs2: "unavailable" } };
  for (const answer of [await ask(), await atOnce(ask())]) {
    const { ready, backup_servers } = answer ?? {};
    assert.deepEqual({ ready, backup_servers }, told);
  }
  pbs2.end();
  await atOnce(fine());
  assert.deepEqual((await ask()).backup_servers, { pbs1: "ok", pbs2: "ok" });
});

Deno.test("readiness tells what a cluster has said last while it says nothing, and when that is over", async () => {
  const dc2 = slow();
  const ask = readiness({ home: fine, dc2: dc2.probe });
  const first = ask();
  dc2.end();
  assert.equal((await first).proxmox, "ok");
  assert.equal((await ask()).proxmox, "ok", "it may be slow");
  dc2.end(new Error("no answer in time"));
  await atOnce(fine());
  assert.equal((await atOnce(ask()))?.proxmox, "degraded");
});

Deno.test("readiness waits for the only cluster while nothing is known of it, then tells at once that it is away", async () => {
  const only = slow();
  const ask = readiness({ only: only.probe });
  const first = ask();
  assert.equal(await atOnce(first), undefined);
  await new Promise((resolve) => setTimeout(resolve, 1_100));
  assert.equal(await atOnce(first), undefined);
  only.end(new Error("no answer in time"));
  assert.equal((await first).ready, false);
  assert.equal((await atOnce(ask()))?.ready, false);
});

Deno.test("readiness forgets what was said long ago", async () => {
  let ms = 0;
  const dc2 = slow();
  const ask = createReadiness({
    database: fine,
    proxmox: [["home", fine], ["dc2", dc2.probe]],
  }, { monotonic: () => ms, onChange: () => {} });
  const first = ask();
  dc2.end();
  assert.equal((await first).proxmox, "ok");
  ms += 60_000;
  assert.equal((await ask()).proxmox, "degraded");
});
