import assert from "node:assert/strict";
import { BackupSite } from "../support/backup_site.ts";
import { limited } from "./limited.ts";

const PBS = { product: "pbs" };

Deno.test("the API tools find, describe, read and change on a backup server", async () => {
  await using world = await BackupSite.start();
  const pbs = world.pbs();
  const { methods } = await world.value("search_api", { ...PBS, query: "datastore prune" });
  assert.ok(methods.some(({ path }: { path: string }) => path.endsWith("{store}/prune")));
  const described = await world.value("describe_api", {
    ...PBS,
    path: "/admin/datastore/store1/prune",
    method: "POST",
  });
  assert.ok(described.methods[0].parameters["keep-last"]);
  const { data } = await world.value("call_api", {
    ...PBS,
    path: "/admin/datastore/store1/snapshots",
    params: { "backup-id": "101" },
  });
  assert.equal(data.length, 3);
  assert.equal(pbs.requests.at(-1)?.query["backup-id"], "101");

  // A dry run in the query would be a prune: all of it is in the body, in the types that JSON wants.
  const prune = {
    ...PBS,
    method: "POST",
    path: "/admin/datastore/store1/prune",
    params: { "backup-type": "vm", "backup-id": "100", "keep-last": "1", "dry-run": 1 },
  };
  const told = await world.value("change_api", prune);
  assert.equal(told.data.length, 7);
  const sent = pbs.requests.at(-1);
  assert.deepEqual([sent?.query, sent?.body], [{}, {
    "backup-type": "vm",
    "backup-id": "100",
    "keep-last": 1,
    "dry-run": true,
  }]);
  const [row] = await world.site.trail.list({ limit: 1 });
  assert.deepEqual([row?.vmid, row?.outcome], [100, "ok"]);
  const { dry_run: plan } = await world.value("change_api", {
    ...PBS,
    method: "DELETE",
    path: "/config/datastore/store1",
    dry_run: true,
  });
  assert.match(plan.notes[0], /all verify, prune and sync jobs of the datastore are removed/);
  assert.equal(plan.requests[0].path, "pbs1:/config/datastore/store1");
});

Deno.test("the API tools refuse on a backup server what hands out secrets or passes guards", async () => {
  await using world = await BackupSite.start({ servers: { pbs1: "admin", pbs2: "admin" } });
  const at = { ...PBS, server: "pbs1" };
  const token = "/access/users/root@pam/token/more";
  const cases: [tool: string, args: Record<string, unknown>, code: string, text: RegExp][] = [
    ["call_api", { ...PBS, path: "/version" }, "invalid", /name the server: pbs1 or pbs2/],
    ["call_api", { server: "pbs1", path: "/version" }, "invalid", /only with product/],
    ["call_api", { ...at, path: "/nosuch" }, "not_found", /the API has no path/],
    [
      "change_api",
      { ...at, method: "POST", path: token },
      "forbidden",
      /secret would be handed out/,
    ],
    [
      "call_api",
      { ...at, path: "/tape/media/destroy", params: { "label-text": "tape1", force: true } },
      "forbidden",
      /it destroys a medium/,
    ],
    [
      "call_api",
      { ...at, path: "/admin/datastore/store1/download-decoded" },
      "forbidden",
      /hand out a guest's files/,
    ],
    [
      "change_api",
      {
        ...at,
        method: "POST",
        path: "/config/remote",
        params: { name: "r01", host: "h", "auth-id": "a@pbs", password: "x" },
      },
      "forbidden",
      /password is a secret/,
    ],
    [
      "change_api",
      { ...at, method: "POST", path: "/admin/prune/p-daily/run" },
      "forbidden",
      /jobs are run by the tool for it/,
    ],
    [
      "change_api",
      { ...at, method: "POST", path: "/admin/datastore/store1/gc", params: { x: 1 } },
      "invalid",
      /x is not a parameter/,
    ],
  ];
  for (const [tool, args, code, text] of cases) {
    const answer = await world.site.call(tool, args);
    assert.equal(answer.code, code, answer.text);
    assert.match(answer.text, text);
  }
  assert.ok(world.pbs().requests.every(({ method }) => method === "GET"));
  const narrow = await limited(world.site, { clusters: ["default"] });
  const other = await world.site.call("call_api", { ...at, path: "/version" }, { token: narrow });
  assert.equal(other.code, "not_found", other.text);
});

Deno.test("what the API changes of a whole datastore needs the approval that its guests need", async () => {
  await using world = await BackupSite.start({
    config: { tools: { approve: { tags: ["prod"] } } },
  });
  const { text } = await world.site.call("change_api", {
    ...PBS,
    method: "DELETE",
    path: "/config/datastore/store1",
  });
  assert.match(text, /approv/);
  assert.ok(world.pbs().state.datastores.has("store1"));
  const job = { ...PBS, method: "PUT", path: "/config/prune/p-daily" };
  const fewer = await world.site.call("change_api", { ...job, params: { "keep-daily": 1 } });
  assert.match(fewer.text, /approv/);
  const disk = { ...job, path: "/nodes/pbs/disks/wipedisk", params: { disk: "sdb" } };
  assert.match((await world.site.call("change_api", disk)).text, /approv/);
  const elsewhere = { ...job, path: "/config/prune/p-offsite", params: { store: "store1" } };
  assert.match((await world.site.call("change_api", elsewhere)).text, /approv/);
  assert.ok(world.pbs().requests.every(({ method }) => method === "GET"));
});

Deno.test("backups that cannot be read may be those of any guest, so that approval is needed", async () => {
  await using world = await BackupSite.start({
    config: { tools: { approve: { tags: ["prod"] } } },
  });
  const { config } = world.pbs().state.datastores.get("store1") ?? {};
  assert.ok(config);
  config["maintenance-mode"] = "offline,message=moves";
  const { text } = await world.site.call("change_api", {
    ...PBS,
    method: "DELETE",
    path: "/config/datastore/store1",
    params: { "destroy-data": true },
  });
  assert.match(text, /approv/);
  assert.ok(world.pbs().state.datastores.has("store1"));
});

Deno.test("a backup server that does not describe its API is called by the description of another", async () => {
  await using world = await BackupSite.start();
  const at = { ...PBS, server: "pbs1" };
  const ask = async () => ({
    found: (await world.site.call("search_api", { ...at, query: "snapshots" })).value,
    method: (await world.site.call("describe_api", {
      ...at,
      path: "/admin/datastore/{store}/snapshots",
      method: "GET",
    })).value,
    rows: (await world.site.call("call_api", {
      ...at,
      path: "/admin/datastore/store1/snapshots",
      params: { "backup-id": "101" },
    })).value,
    wrong: (await world.site.call("change_api", {
      ...at,
      method: "POST",
      path: "/admin/datastore/store1/gc",
      params: { x: 1 },
    })).text,
  });
  const own = await ask();
  assert.equal(own.found.warnings?.length ?? 0, 0);
  world.pbs().state.docs = false;
  const other = await ask();
  assert.match(
    other.found.warnings?.[0],
    /^backup server pbs1 does not serve .*proxmox-backup-docs .* Proxmox Backup Server 4\.2 stands in/,
  );
  assert.ok(own.rows.data.length > 0);
  const { warnings: _, ...found } = other.found;
  assert.deepEqual({ ...other, found }, own);
});
