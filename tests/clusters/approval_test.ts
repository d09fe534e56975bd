import assert from "node:assert/strict";
import { Site } from "../site.ts";
import { asking, hold, tokenOf } from "../support/approval.ts";
import { askedFor } from "../support/official_client.ts";
import { createLimitedToken } from "../tokens.ts";
import { changesOf, twoClusters } from "./sites.ts";
import { freePort } from "../support/port.ts";

/** A plan about a guest that is in `dc2` only, which its call does not name. */
async function startHeld() {
  const port = freePort();
  const site = await twoClusters({
    config: { server: { port, public_url: `http://127.0.0.1:${port}` } },
  });
  const token = await asking(site);
  const plan = await hold(site, token, ["stop_vm", { vmid: 1000 }]);
  return { site, token, plan, boss: await tokenOf(site.store, "boss") };
}

async function send(site: Site, path: string, fields: Record<string, string>, cookie = "") {
  const response = await fetch(`${site.root}${path}`, {
    method: "POST",
    redirect: "manual",
    headers: { origin: site.root, cookie },
    body: new URLSearchParams(fields),
  });
  const text = await response.text();
  const set = response.headers.get("set-cookie")?.split(";")[0] ?? "";
  return { status: response.status, text, cookie: set };
}

Deno.test("the page of a plan names its cluster, and decides it", async () => {
  const { site, token, plan, boss } = await startHeld();
  await using _site = site;
  const path = `/approve/${plan.id}`;
  const { cookie } = await send(site, "/sign-in", { do: "token", token: boss, next: path });
  const page = await (await fetch(site.root + path, { headers: { cookie } })).text();
  assert.match(page, /in the cluster dc2/);
  const csrf = /name="csrf" value="([^"]+)"/.exec(page)?.[1] ?? "";
  const decided = await send(site, path, { csrf, do: "approve" }, cookie);
  assert.equal(decided.status, 200, decided.text);
  await site.call("stop_vm", { vmid: 1000 }, { token });
  assert.deepEqual(changesOf(site, "dc2"), ["POST /nodes/pve1/qemu/1000/status/stop"]);
});

Deno.test("who releases a plan by the tool is asked about its cluster alone, and so says the row", async () => {
  const { site, plan, boss } = await startHeld();
  await using _site = site;
  const { questions } = await askedFor(site, ["approve_plan", { id: plan.id }], {
    reply: { action: "accept", content: { confirm: true } },
    token: boss,
  });
  assert.match(questions[0] ?? "", /in the cluster dc2/);
  assert.doesNotMatch(questions[0] ?? "", /in the cluster default/);
  const rows = await site.trail.list({ tool: "approve_plan", outcome: "intent" });
  assert.deepEqual(rows.map(({ cluster, vmids }) => [cluster, vmids]), [["dc2", [1000]]]);
  const other = await createLimitedToken(site.store, { clusters: ["default"] });
  const { value } = await site.call("get_changes", {}, { token: other });
  assert.deepEqual(value.changes, []);
});

Deno.test("a plan about two clusters is nothing to who does not reach both", async () => {
  const clusters = { dc2: {}, dc3: {} };
  await using site = await Site.start({ clusters });
  const token = await asking(site);
  const { id } = await hold(site, token, ["migrate_to_cluster", {
    ...{ cluster: "default", vmid: 120, to_cluster: "dc2", to_vmid: 3120 },
    to_storage: "local-lvm",
  }]);
  const tokenFor = (...clusters: string[]) => tokenOf(site.store, "boss", { limits: { clusters } });
  const narrow = await tokenFor("default", "dc3");
  const refused = await site.call("approve_plan", { id }, { token: narrow });
  assert.equal(refused.code, "not_found", refused.text);
  assert.deepEqual((await site.call("get_plans", {}, { token: narrow })).value.plans, []);
  const both = await tokenFor("default", "dc2");
  const done = await site.call("approve_plan", { id }, { token: both });
  assert.equal(done.isError, false, done.text);
});

Deno.test("a cluster that is no name is told in few words, however long it is", async () => {
  await using site = await twoClusters();
  const { text } = await site.call("get_vms", { cluster: ["x".repeat(100_000)] });
  assert.match(text, /there is no cluster \["xxx/);
  assert.ok(text.length < 300, `${text.length} characters`);
});
