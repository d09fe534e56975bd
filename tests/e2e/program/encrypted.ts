import assert from "node:assert/strict";
import { until } from "../../support/until.ts";
import { type Ground, localUrl, TLS } from "./ground.ts";

/** HTTPS to callers, and to a Proxmox whose fingerprint is pinned. */
export async function serveEncrypted(t: Deno.TestContext, ground: Ground): Promise<void> {
  const { fake } = ground;
  const ca = await ground.certify();
  const token = await ground.makeToken("read");
  const server = await ground.start({
    proxmox: { fingerprint: fake.fingerprint },
    server: { tls: TLS },
  });
  const url = localUrl(server);
  assert.match(url, /^https:/);

  const renewed = await ground.certify();
  await t.step("SIGHUP takes a renewed certificate into use", async () => {
    assert.deepEqual(await health(url, ca), { status: "ok" });
    server.kill("SIGHUP");
    await server.line(/INFO - Reloaded$/);
    assert.deepEqual(await health(url, renewed), { status: "ok" });
  });

  await t.step("SIGTERM lets a call to the pinned Proxmox end, then ends the server", async () => {
    fake.fault({ path: /^\/nodes\/pve1\/status$/ }, { kind: "delay", ms: 300 });
    fake.requests.length = 0;
    using client = Deno.createHttpClient({ caCerts: [renewed] });
    const call = fetch(url, {
      client,
      method: "POST",
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      body: JSON.stringify({
        method: "tools/call",
        params: { name: "get_node_status", arguments: { node: "pve1" } },
      }),
    });
    await until(() => fake.requests.some(({ path }) => path === "/nodes/pve1/status"));
    server.kill("SIGTERM");
    assert.equal((await (await call).json()).result.isError ?? false, false);
    assert.equal((await server.status).code, 0);
    assert.match(await ground.folder.read("proxmox_mcp.log"), /INFO - Server stopped$/m);
  });
}

async function health(url: string, ca: string): Promise<unknown> {
  using client = Deno.createHttpClient({ caCerts: [ca], poolMaxIdlePerHost: 0 });
  return await (await fetch(new URL("/healthz", url), { client })).json();
}
