import assert from "node:assert/strict";
import { makeAuditKey } from "../../lib/audit/key.ts";
import { joinClusters } from "../../lib/cluster_parts.ts";
import { loadConfig } from "../../lib/config/config.ts";
import { leasesOf } from "../../lib/database/leases.ts";
import { sleep } from "../../lib/proxmox/api/connect.ts";
import type { FakePve } from "../fake_pve.ts";
import { Site } from "../site.ts";
import { cli } from "../support/cli.ts";
import { Folder } from "../support/folder.ts";

Deno.test("a user's calls to each cluster go out with the token that is named for it", async () => {
  await using folder = await Folder.make();
  const audit = { key_file: folder.at("key") };
  await makeAuditKey(audit.key_file);
  await using site = await Site.start({
    clusters: { dc2: {}, dc3: { auth: { require_own_token: true } } },
    config: { audit },
  });
  const database = { url: `sqlite:${site.folder}/test.db` };
  const file = `${site.folder}/config.json`;
  const content = JSON.parse(await Deno.readTextFile(file));
  await Deno.writeTextFile(file, JSON.stringify({ ...content, database }));
  const config = ["--config", file];
  const run = (...args: string[]) => cli([...args, ...config]);
  await run("migrate");
  const own = (fake: FakePve | undefined) => fake?.tokenFor("auditor") ?? site.fake.token;
  const named = async (fake: FakePve | undefined, ...options: string[]) => {
    const { user, name, value } = own(fake);
    const secret = await folder.write("secret", `${user}!${name}=${value}\n`);
    return await run("user", "proxmox-token", "ada", "--file", secret, ...options);
  };

  const unsaid = await named(site.fakes.dc2);
  assert.equal(unsaid.status, 2);
  assert.equal(
    unsaid.err,
    "proxmox-mcp: Cannot name a Proxmox token for a user: there are several clusters: give " +
      "--cluster, one of default, dc2, dc3",
  );
  const near = await named(site.fakes.dc2, "--cluster", "d2");
  assert.match(near.err, /the config names no cluster d2: did you mean dc2\?$/);
  const kept = await named(site.fakes.dc2, "--cluster", "dc2");
  assert.equal(kept.status, 0, kept.err);
  assert.match(kept.out, /^calls of ada to cluster dc2 go out with auditor@pve!/m);
  assert.equal(site.fake.requests.some(({ token }) => /auditor/.test(String(token))), false);

  const [ada] = JSON.parse((await run("user", "list", "--json")).out);
  assert.equal(ada.proxmox_token, null);
  assert.deepEqual(ada.proxmox_tokens.map(({ cluster }: { cluster: string }) => cluster), ["dc2"]);
  const { out: checked } = await run("check");
  assert.match(checked, /own-tokens {2}dc3: refused for want of .*: ada: .*--cluster dc3 /);

  const loaded = await loadConfig({ file, env: () => undefined });
  const clusters = await joinClusters(loaded, {
    now: () => new Date(),
    monotonic: () => performance.now(),
    sleep,
    workers: 1,
    leases: leasesOf(site.database, { now: () => new Date() }),
    isAlone: true,
    onChange: () => {},
  });
  try {
    const [token] = await site.store.listTokens();
    assert.ok(token);
    const { user: { id: userId, username: user }, proxmoxTokens } = token;
    const principal = { user, userId, proxmoxTokens };
    const used: string[] = [];
    for (const [, { callers }] of clusters) {
      const { client } = await callers.of({ principal, language: "en" });
      const asked = client.read("/version", AbortSignal.timeout(9_000));
      used.push(await asked.then(() => client.tokenId, (error) => error.message));
    }
    const { user: auditor, name } = own(site.fakes.dc2);
    assert.deepEqual(used.slice(0, 2), ["root@pam!mcp", `${auditor}!${name}`]);
    assert.match(used[2] ?? "", /--cluster dc3 /);
  } finally {
    for (const [, cluster] of clusters) await cluster.close();
  }

  const removed = await run("user", "proxmox-token", "ada", "--remove", "--cluster", "dc2");
  assert.match(removed.out, /calls of ada to cluster dc2 go out with the server's own$/);
});
