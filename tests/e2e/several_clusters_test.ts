import assert from "node:assert/strict";
import { Site } from "../site.ts";

Deno.test("a server is the way to every cluster that the configuration names", async () => {
  await using site = await Site.start({ clusters: { dc2: {} } });
  const ready = await fetch(`${site.root}/readyz`);
  assert.deepEqual([ready.status, await ready.json()], [
    200,
    { status: "ok", database: "ok", proxmox: "ok" },
  ]);
  assert.ok(site.fakes.default?.requests.some(({ path }) => path === "/version"));
  assert.ok(site.fakes.dc2?.requests.some(({ path }) => path === "/version"));
});
