import assert from "node:assert/strict";
import { openDatabase } from "../../lib/database/open.ts";
import { startServe } from "../support/cli.ts";
import { until } from "../support/until.ts";
import type { FakePve } from "../fake_pve.ts";
import { MOVE, passesIn, startTwo, type Two } from "../tools/two_clusters.ts";

/** Two clusters, and the file that servers of their own process are started with. */
interface Scene extends AsyncDisposable {
  readonly two: Two;
  readonly file: string;
}

async function startScene(): Promise<Scene> {
  // A locked server reads nothing below /dev.
  const folder = await Deno.makeTempDir();
  const url = `sqlite:${folder}/store.db`;
  const two = await startTwo({ openDatabase: () => openDatabase(url) });
  const sections = async ({ caPem, host, port, token }: FakePve, name: string) => {
    const ca_file = `${folder}/${name}.pem`;
    await Deno.writeTextFile(ca_file, caPem);
    return {
      proxmox: { host, port, ca_file },
      auth: { user: token.user, token_name: token.name, token_value: token.value },
    };
  };
  const file = `${folder}/config.json`;
  const config = {
    ...await sections(two.home, "home"),
    clusters: { dc2: await sections(two.dc2, "dc2") },
    server: { port: 0, shutdown_seconds: 1 },
    database: { url },
  };
  await Deno.writeTextFile(file, JSON.stringify(config));
  return {
    two,
    file,
    [Symbol.asyncDispose]: async () => {
      await two[Symbol.asyncDispose]();
      await Deno.remove(folder, { recursive: true });
    },
  };
}

/** Begins a move by a server of its own, and ends that while the guest is on its way. */
async function endAmid({ file, two: { dc2, site } }: Scene, signal: Deno.Signal): Promise<void> {
  await using child = await startServe(["--config", file]);
  const answer = fetch(child.url, {
    method: "POST",
    headers: site.headers(),
    body: JSON.stringify({
      method: "tools/call",
      params: { name: "migrate_to_cluster", arguments: MOVE },
    }),
  }).then((response) => response.text(), () => null);
  await until(() => dc2.state.tasks.some(({ type }) => type === "qmtunnel"));
  child.kill(signal);
  await child.status;
  await answer;
}

/** As if the tokens had been made so many seconds earlier. */
function age({ state }: FakePve, seconds: number): void {
  for (const token of state.tokens) if (token.expire > 0) token.expire -= seconds;
}

function looks({ requests }: FakePve): number {
  return requests.filter(({ path }) => path === "/cluster/tasks").length;
}

for (const signal of ["SIGKILL", "SIGTERM"] as const) {
  Deno.test(`after ${signal} amid a move the next server deletes the token, once the task has ended`, async () => {
    await using scene = await startScene();
    const { dc2, home } = scene.two;
    home.state.taskPolls = Infinity;
    dc2.state.tokens.push({
      ...{ user: "root@pam", name: "mcp-mover", value: "x", privsep: true, expire: 0 },
    });
    await endAmid(scene, signal);
    assert.equal(passesIn(dc2).length, 1);

    age(dc2, 3_600);
    {
      const before = looks(dc2);
      await using _early = await startServe(["--config", scene.file]);
      await until(() => looks(dc2) > before);
      assert.equal(passesIn(dc2).length, 1, "its guest is on its way");
    }
    home.finishTasks();
    assert.ok(dc2.state.guests.has(101));
    await using _next = await startServe(["--config", scene.file]);
    await until(() => passesIn(dc2).length === 0);
    assert.ok(dc2.state.tokens.some(({ name }) => name === "mcp-mover"));
    const rows = await scene.two.site.trail.list({ tool: "migrate_to_cluster" });
    await until(async () =>
      (await scene.two.site.trail.list({ tool: "migrate_to_cluster" })).some(({ outcome, user }) =>
        outcome === "ok" && user === "proxmox-mcp"
      )
    );
    assert.ok(rows.some(({ user }) => user === "ada"));
  });
}

Deno.test("a token that was made a moment ago is left: its server may be about to use it", async () => {
  await using scene = await startScene();
  const { dc2 } = scene.two;
  const expire = Math.floor(Date.now() / 1000) + 86_400;
  const pass = { user: "root@pam", value: crypto.randomUUID(), privsep: true, expire };
  dc2.state.tokens.push({ ...pass, name: "mcp-move-101-00000001" });
  dc2.state.tokens.push({ ...pass, name: "mcp-move-102-00000002", expire: expire - 200 });
  await using _next = await startServe(["--config", scene.file]);
  await until(() => passesIn(dc2).length < 2);
  assert.deepEqual(passesIn(dc2), ["mcp-move-101-00000001"]);
});
