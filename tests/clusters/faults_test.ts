import assert from "node:assert/strict";
import { Site, type SiteOptions } from "../site.ts";
import { Deaf } from "../support/deaf.ts";

const WRONG = { ca_file: undefined, fingerprint: "ab".repeat(32) };

async function readyz(site: Site): Promise<unknown> {
  const answer = await fetch(`${site.root}/readyz`);
  return [answer.status, (await answer.json()).clusters];
}

/** The clusters that rows of a list are of. */
function clustersIn(rows: readonly { cluster: string }[]): string[] {
  return [...new Set(rows.map(({ cluster }) => cluster))];
}

const CASES: Readonly<Record<string, { clusters: SiteOptions["clusters"]; why: RegExp }>> = {
  "shows another certificate than the pinned one": {
    clusters: { dc2: { proxmox: WRONG }, dc3: {} },
    why: /cannot trust the certificate/,
  },
  "shows a certificate that has ended": {
    clusters: { dc2: { pve: { expired: true } }, dc3: {} },
    why: /cannot trust the certificate/,
  },
};

for (const [what, { clusters = {}, why }] of Object.entries(CASES)) {
  Deno.test(`one of three clusters that ${what} is named, and sent no token; the others go on`, async () => {
    await using site = await Site.start({ clusters });
    const { value, text } = await site.call("get_vms", { limit: 100 });
    assert.deepEqual(clustersIn(value?.vms ?? []), ["default", "dc3"], text);
    assert.equal(value.warnings.length, 1);
    assert.match(value.warnings[0], /^dc2 did not answer: /);
    assert.match(value.warnings[0], why);
    const changed = await site.call("start_vm", { vmid: 101, cluster: "dc3" });
    assert.equal(changed.value?.exit_status, "OK", changed.text);
    const refused = await site.call("start_vm", { vmid: 101, cluster: "dc2" });
    assert.equal(refused.code, "unavailable", refused.text);
    assert.match(refused.text, why);
    assert.match(refused.text, /clusters\.dc2\.proxmox\./);
    assert.deepEqual(await readyz(site), [200, { default: "ok", dc2: "unavailable", dc3: "ok" }]);
    assert.deepEqual(site.fakes.dc2?.requests, []);
  });
}

Deno.test("a cluster whose packets vanish delays no other, and is told by its name", async () => {
  using deaf = await Deaf.open();
  await using site = await Site.start({
    clusters: { dc2: { proxmox: { port: deaf.port, timeout_seconds: 3 } }, dc3: {} },
  });
  const { value, text } = await site.call("get_vms", { limit: 100 });
  assert.deepEqual(clustersIn(value?.vms ?? []), ["default", "dc3"], text);
  assert.match(value.warnings.join("\n"), /^dc2 did not answer: no answer in \d\.?\d? s$/);
  const changed = await site.call("start_vm", { vmid: 101, cluster: "dc3" });
  assert.equal(changed.value?.exit_status, "OK", changed.text);
  assert.deepEqual(await readyz(site), [200, { default: "ok", dc2: "unavailable", dc3: "ok" }]);
  const away = await site.call("start_vm", { vmid: 101, cluster: "dc2" });
  assert.equal(away.code, "timeout");
  assert.equal(away.text, "Cannot start VM 101: Proxmox did not answer within 3 s");
});
