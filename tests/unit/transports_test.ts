import assert from "node:assert/strict";
import { createPinnedTransport } from "../../lib/upstream/pinned_transport.ts";
import {
  createFetchTransport,
  IDLE_CONNECTIONS,
  type Transport,
} from "../../lib/upstream/transport.ts";
import { startFakePve } from "../fake_pve.ts";

const WAYS: Record<
  string,
  (fake: { caPem: string; fingerprint: string }) => Transport & Disposable
> = {
  "by the CA": ({ caPem }) => createFetchTransport([caPem]),
  "by the fingerprint": ({ fingerprint }) =>
    createPinnedTransport({
      fingerprint: fingerprint.replaceAll(":", "").toLowerCase(),
      timeoutMs: 10_000,
    }),
};

for (const [way, create] of Object.entries(WAYS)) {
  Deno.test(`600 requests, as many at once as may run, open no new connection: trusted ${way}`, async () => {
    await using fake = await startFakePve();
    using transport = create(fake);
    const { user, name, value } = fake.token;
    const headers = { authorization: `PVEAPIToken=${user}!${name}=${value}` };
    const { signal } = new AbortController();
    const url = new URL(`${fake.url}/api2/json/version`);
    const ask = async () => {
      const response = await transport(url, { method: "GET", headers, signal });
      assert.equal(response.status, 200);
      await response.text();
    };
    const atOnce = () => Promise.all(Array.from({ length: IDLE_CONNECTIONS }, ask));
    await atOnce();
    const opened = fake.connections;
    assert.ok(opened <= IDLE_CONNECTIONS);
    for (let sent = 0; sent < 600; sent += IDLE_CONNECTIONS) await atOnce();
    assert.equal(fake.connections, opened);
  });
}
