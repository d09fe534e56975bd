import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";

const DEMO = fileURLToPath(new URL("../demo.ts", import.meta.url));

Deno.test("the demo shows two clusters and a backup server, and leaves nothing behind", async () => {
  const args = ["--port", "0", "--clusters", "2", "--backup-server"];
  await using demo = new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-prompt", "-A", DEMO, ...args],
    env: { DENO_NO_UPDATE_CHECK: "1" },
    stdout: "piped",
  }).spawn();
  let shown = "";
  const { promise: ready, resolve } = Promise.withResolvers<void>();
  const reading = (async () => {
    for await (const text of demo.stdout.pipeThrough(new TextDecoderStream())) {
      shown += text;
      if (shown.includes("Ctrl-C ends it")) resolve();
    }
    resolve();
  })();
  await ready;
  const url = /address +(\S+)/.exec(shown)?.[1] ?? "";
  const token = /token +(\S+)/.exec(shown)?.[1] ?? "";
  const bodies = [...shown.matchAll(/-d '(.*)'$/gm)].map(([, body]) => body ?? "");
  const answers = [];
  for (const body of bodies) {
    const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
    const { result } = await (await fetch(url, { method: "POST", headers, body })).json();
    assert.notEqual(result.isError, true, JSON.stringify(result));
    answers.push(result);
  }
  const shownTools: { name: string }[] = answers[0].tools;
  assert.ok(shownTools.some(({ name }) => name === "search_tools"), "a list that fits a model");
  const [, vms, second, first] = answers.map(({ structuredContent }) => structuredContent);
  assert.deepEqual([...new Set(vms.vms.map((row: { cluster: string }) => row.cluster))], [
    "default",
    "dc2",
  ]);
  assert.deepEqual([second.cluster, second.name], ["dc2", "dc2-db1"]);
  assert.deepEqual([first.cluster, first.name], ["default", "db1"]);
  const { backup_servers } = await (await fetch(new URL("/readyz", url))).json();
  assert.deepEqual(backup_servers, { pbs1: "ok" });
  demo.kill("SIGINT");
  assert.equal((await demo.status).code, 0);
  await reading;
  assert.match(shown, /Cleaning up\.\n$/);
});
