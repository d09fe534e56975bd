import assert from "node:assert/strict";
import { DEFAULT_CLUSTER } from "../../lib/database/cluster_name.ts";
import { Rehearsals } from "../../lib/database/rehearsals.ts";
import { openDatabase } from "../../lib/database/open.ts";
import type { FakePveOptions } from "../fake_pve.ts";
import { Site } from "../site.ts";
import { startServe } from "../support/cli.ts";
import { until } from "../support/until.ts";
import { backupOf } from "../tools/backups.ts";
import { sent } from "../tools/requests.ts";

/** A site, and what other servers in front of its cluster and on its database are started with. */
interface Scene extends AsyncDisposable {
  readonly site: Site;
  readonly folder: string;
  readonly config: Record<string, Record<string, unknown>>;
}

async function startScene(pve: FakePveOptions = {}): Promise<Scene> {
  // A locked server reads nothing below /dev.
  const folder = await Deno.makeTempDir();
  const site = await Site.start({
    pve,
    openDatabase: () => openDatabase(urlIn(folder)),
    config: { server: { shutdown_seconds: 1 } },
  });
  const { caPem, host, port, token } = site.fake;
  await Deno.writeTextFile(`${folder}/ca.pem`, caPem);
  return {
    site,
    folder,
    config: {
      proxmox: { host, port, ca_file: `${folder}/ca.pem` },
      auth: { user: token.user, token_name: token.name, token_value: token.value },
    },
    [Symbol.asyncDispose]: async () => {
      await site[Symbol.asyncDispose]();
      await Deno.remove(folder, { recursive: true });
    },
  };
}

function urlIn(folder: string): string {
  return `sqlite:${folder}/store.db`;
}

/** The same with a backup of VM 100 that boots for ever: its agent never answers. */
async function startSilent(): Promise<Scene> {
  const scene = await startScene();
  const { backup } = backupOf(scene.site, 100);
  assert.ok(backup);
  backup.os = {};
  return scene;
}

/** Another server on the same database and in front of the same cluster. */
function startNext({ config, folder }: Scene, { later = 0 } = {}): Promise<Site> {
  return Site.start({
    openDatabase: () => openDatabase(urlIn(folder)),
    config,
    username: `grace-${crypto.randomUUID()}`,
    now: () => new Date(Date.now() + later),
  });
}

/** All guests and volumes of the cluster but one guest's, as text. */
function rest(site: Site, without: number): string {
  const { guests, volumes } = site.fake.state;
  return JSON.stringify([
    [...guests.values()].filter(({ vmid }) => vmid !== without)
      .map(({ vmid, node, status, config }) => ({ vmid, node, status, config })),
    volumes.filter(({ vmid }) => vmid !== without),
  ]);
}

/** Begins a rehearsal by a server of its own and kills that while the copy boots. */
async function killWhileBooting({ config, folder, site }: Scene): Promise<void> {
  const file = `${folder}/config.json`;
  const database = { url: urlIn(folder) };
  await Deno.writeTextFile(file, JSON.stringify({ ...config, server: { port: 0 }, database }));
  await using child = await startServe(["--config", file]);
  const answer = fetch(child.url, {
    method: "POST",
    headers: site.headers(),
    body: JSON.stringify({
      method: "tools/call",
      params: { name: "rehearse_restore", arguments: { vmid: 100 } },
    }),
  }).catch(() => null);
  await until(() => sent(site, "GET", /104\/agent\/get-osinfo$/) > 0);
  child.kill("SIGKILL");
  await child.status;
  await answer;
}

Deno.test("after SIGKILL the next server destroys the copy that was left, and no other guest", async () => {
  await using scene = await startSilent();
  const { site } = scene;
  const { state } = site.fake;
  const twin = state.guests.get(103);
  assert.ok(twin);
  Object.assign(twin.config, { name: "rehearsal-100", tags: "rehearsal", protection: 0 });
  const before = rest(site, 104);
  await killWhileBooting(scene);
  assert.equal(state.guests.get(104)?.status, "running");
  const rehearsals = new Rehearsals(site.database, DEFAULT_CLUSTER);
  assert.deepEqual((await rehearsals.open()).map(({ state }) => state), ["booting"]);

  {
    await using early = await startNext(scene);
    const { text } = await early.call("rehearse_restore", { vmid: 150 });
    assert.match(text, /another rehearsal is under way/, "whoever began it may live");
    assert.ok(state.guests.has(104));
  }
  await using next = await startNext(scene, { later: 61_000 });
  await until(async () => (await rehearsals.open()).length === 0);
  assert.ok(!state.guests.has(104), "the copy is still there");
  assert.equal(rest(site, 104), before);
  const [row] = await rehearsals.list({ limit: 1 });
  assert.deepEqual([row?.result, row?.error, row?.state], [
    ...["aborted", "the server ended before it was done", "ended"],
  ]);
  const inBackground = async () =>
    (await next.trail.list({})).filter(({ door }) => door === "background");
  // What was done is told to who asks for it before the row of it is written.
  await until(async () => (await inBackground())[0]?.outcome !== "intent");
  const [last] = await inBackground();
  assert.deepEqual([last?.user, last?.tool, last?.vmids, last?.outcome], [
    ...["ada", "rehearse_restore", [100, 104], "ok"],
  ]);
});

Deno.test("what has the copy's vmid by then is never touched", async () => {
  await using scene = await startSilent();
  const { site } = scene;
  const { state } = site.fake;
  await killWhileBooting(scene);
  const copy = state.guests.get(104);
  assert.ok(copy);
  const { description } = copy.config;
  const marks = { name: "rehearsal-100", tags: "rehearsal", description: String(description) };
  for (
    const config of [
      { ...marks, name: "web9" },
      { ...marks, tags: "prod" },
      { ...marks, description: marks.description.replace(/rehearsal \S+$/, "rehearsal other") },
    ]
  ) {
    Object.assign(copy.config, config);
    await using next = await startNext(scene, { later: 61_000 });
    await until(() => next.lines.some((line) => /does not bear the rehearsal's marks/.test(line)));
    assert.ok(state.guests.has(104));
    assert.equal(copy.status, "running");
  }
});

Deno.test("a server that is stopped leaves the copy to the next one, at once", async () => {
  await using scene = await startSilent();
  const { site } = scene;
  const { state } = site.fake;
  const call = site.call("rehearse_restore", { vmid: 100 }).catch(() => null);
  await until(() => sent(site, "GET", /104\/agent\/get-osinfo$/) > 0);
  await site.server.shutdown();
  await call;
  assert.ok(state.guests.has(104));
  await using next = await startNext(scene);
  const rehearsals = new Rehearsals(next.database, DEFAULT_CLUSTER);
  await until(async () => (await rehearsals.open()).length === 0);
  assert.ok(!state.guests.has(104));
});

Deno.test("a restore that is under way when the server is stopped is stopped and cleaned up", async () => {
  await using scene = await startScene({ taskPolls: 1e9 });
  const { site } = scene;
  const { state } = site.fake;
  const call = site.call("rehearse_restore", { vmid: 100 }).catch(() => null);
  await until(() => sent(site, "GET", /\/tasks\/UPID/) > 0);
  await site.server.shutdown();
  await call;
  assert.equal(state.guests.get(104)?.config.lock, "create");
  state.taskPolls = 0;
  await using next = await startNext(scene);
  const rehearsals = new Rehearsals(next.database, DEFAULT_CLUSTER);
  await until(async () => (await rehearsals.open()).length === 0);
  assert.ok(!state.guests.has(104));
  assert.equal(sent(site, "DELETE", /\/tasks\/UPID/), 1);
});
