import assert from "node:assert/strict";
import fc from "fast-check";
import { AppError } from "../../lib/errors.ts";
import { askAll } from "../../lib/mcp/clusters/ask_all.ts";
import { Stragglers, StragglersByAsking } from "../../lib/mcp/clusters/stragglers.ts";
import { Site } from "../site.ts";
import { twoClusters, unplug } from "./sites.ts";

type Row = Record<string, unknown> & { cluster: string; vmid: number };

async function pagesOf(
  site: Site,
  tool: string,
  { rows, ...args }: { rows: string } & Record<string, unknown>,
): Promise<Row[]> {
  const all: Row[] = [];
  for (let cursor: string | undefined, page = 0; page === 0 || cursor; page++) {
    assert.ok(page < 200, "the list never ends");
    const { value, text } = await site.call(tool, { ...args, ...(cursor ? { cursor } : {}) });
    assert.ok(value, text);
    assert.ok(value[rows].length <= Number(args.limit));
    all.push(...value[rows]);
    cursor = value.next_cursor;
  }
  return all;
}

Deno.test("paging through a merged list gives each row of every cluster once and in order", async () => {
  await using site = await Site.start({
    pve: { guests: 5 },
    clusters: { dc2: { pve: { guests: 12, nodes: 4 } }, a: { pve: { nodes: 1 } } },
  });
  const names = ["default", "dc2", "a"];
  const columns = ["vmid", "name", "node", "status", "cpus", "template", "lock", "memory_bytes"];
  const sorts = [undefined, ...columns.flatMap((column) => [column, `-${column}`])];
  const each = await Promise.all(
    names.map((cluster) =>
      site.call("find_guests", {
        cluster,
        limit: 500,
        fields: ["vmid", ...columns.slice(1), "tags"],
      })
    ),
  );
  const there = each.flatMap(({ value }, at) =>
    value.guests.map((row: Row) => ({ ...row, cluster: names[at] }))
  );
  const key = ({ cluster, vmid }: Row) => `${cluster} ${vmid}`;
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...sorts),
      fc.integer({ min: 1, max: 30 }),
      async (sort, limit) => {
        const order = sort === undefined ? {} : { sort };
        const fields = ["vmid", ...columns.slice(1)];
        const rows = await pagesOf(site, "find_guests", {
          rows: "guests",
          limit,
          fields,
          ...order,
        });
        assert.deepEqual(rows.map(key).toSorted(), there.map(key).toSorted());
        assert.deepEqual(
          rows.map(key),
          rows.toSorted((a, b) => compared(a, b, { sort, names })).map(key),
        );
      },
    ),
    { numRuns: 12 },
  );
});

/** In the order asked for, then by vmid, then as the configuration has the clusters. */
function compared(
  a: Row,
  b: Row,
  { sort = "vmid", names }: { sort: string | undefined; names: string[] },
): number {
  const column = sort.replace(/^-/, "");
  const sign = sort.startsWith("-") ? -1 : 1;
  const [x, y] = [a[column], b[column]];
  const missing = Number(x === undefined) - Number(y === undefined);
  const below = typeof x === "string" ? x < String(y) : Number(x) < Number(y);
  const byValue = x === undefined || y === undefined || x === y ? 0 : sign * (below ? -1 : 1);
  return missing || byValue || a.vmid - b.vmid ||
    names.indexOf(a.cluster) - names.indexOf(b.cluster);
}

Deno.test("a merged list adds up, tells each row's cluster first, and says which cluster a warning is of", async () => {
  await using site = await twoClusters();
  const [both, one, other] = await Promise.all(
    [{}, { cluster: "default" }, { cluster: "dc2" }].map((of) => site.call("get_vms", of)),
  );
  assert.ok(both && one && other);
  assert.equal(both.value.total, one.value.total + other.value.total);
  for (const row of both.value.vms) assert.equal(Object.keys(row)[0], "cluster");
  assert.deepEqual(one.value.cluster, "default");
  assert.equal("cluster" in one.value.vms[0], false);
  site.fakes.dc2?.offline("pve3");
  const { value } = await site.call("get_nodes");
  assert.deepEqual(value.warnings, ["dc2: node pve3 is offline"]);
  assert.equal(value.nodes.length, 7);
});

Deno.test("rehearsals of restores are told of each cluster by itself", async () => {
  await using site = await twoClusters();
  const { value, text } = await site.call("get_rehearsals");
  assert.deepEqual(value, {
    clusters: ["default", "dc2"].map((cluster) => ({ cluster, rehearsals: [] })),
  }, text);
});

Deno.test("what a list tells besides its rows is put together", async () => {
  await using site = await twoClusters();
  const counts = async (of: Record<string, unknown>) =>
    (await site.call("get_attention", of)).value.counts;
  const [both, one, other] = [
    await counts({}),
    await counts({ cluster: "default" }),
    await counts({ cluster: "dc2" }),
  ];
  assert.equal(both.warning, one.warning + other.warning);
  site.fakes.dc2?.offline("pve3");
  site.fakes.dc2?.offline("pve4");
  const ha = await site.call("get_ha_status");
  assert.equal(ha.value.managers?.every((row: Row) => row.cluster), true, ha.text);
});

Deno.test("a filter that fits something in one cluster is no error, one that fits nothing anywhere is", async () => {
  await using site = await twoClusters();
  const { value } = await site.call("get_vms", { node: "pve4" });
  assert.deepEqual([...new Set(value.vms.map((row: Row) => row.cluster))], ["dc2"]);
  assert.equal(value.warnings, undefined);
  const { code, text } = await site.call("get_vms", { node: "pve9" });
  assert.equal(code, "not_found");
  assert.match(text, /^Cannot list VMs: there is no node pve9, only pve1, pve2, pve3/);
  assert.equal((await site.call("get_vms", { cursor: "n100" })).code, "invalid");
  assert.equal((await site.call("get_vms", { cursor: "dc9/n100" })).code, "invalid");
  assert.equal(
    (await site.call("get_vms", { cluster: "dc2", cursor: "dc2/n100" })).code,
    "invalid",
  );
});

Deno.test("a cluster that is away is named in a list of the others, and delays it little", async () => {
  await using site = await twoClusters();
  await unplug(site, "dc2");
  const { value } = await site.call("get_vms");
  assert.deepEqual([...new Set(value.vms.map((row: Row) => row.cluster))], ["default"]);
  assert.equal(value.warnings.length, 1);
  assert.match(value.warnings[0], /^dc2 did not answer: /);
  const missing = await site.call("get_vms", { node: "pve4" });
  assert.equal(missing.code, "unavailable");
  assert.match(
    missing.text,
    /^Cannot list VMs: default: there is no node pve4.*; dc2 did not answer: /,
  );
  await unplug(site, "default");
  const none = await site.call("get_vms");
  assert.equal(none.code, "unavailable");
  assert.match(none.text, /default did not answer: .*; dc2 did not answer: /);
});

Deno.test("a cluster that answers late is not waited for", async () => {
  await using site = await twoClusters();
  const undo = site.fakes.dc2?.fault({ path: /^\/cluster\/resources$/ }, { kind: "hang" }, {
    times: 50,
  });
  const { value, text } = await site.call("get_vms");
  const again = await site.call("get_vms");
  undo?.();
  assert.deepEqual([...new Set(value?.vms.map((row: Row) => row.cluster))], ["default"], text);
  assert.match(value.warnings[0], /^dc2 did not answer: no answer in \d(\.\d)? s$/);
  assert.match(
    again.value.warnings[0],
    /^dc2 did not answer: late a moment ago too, so it was waited /,
  );
});

Deno.test("who was late is known as that for ten seconds, and is waited for again then", () => {
  let now = 0;
  const stragglers = new Stragglers(() => now);
  assert.equal(stragglers.has("dc2"), false);
  stragglers.note("dc2");
  now = 9_000;
  stragglers.note("dc2");
  assert.deepEqual([stragglers.has("dc2"), stragglers.has("home")], [true, false]);
  now = 10_000;
  assert.equal(stragglers.has("dc2"), false);
});

Deno.test("who is late with one thing may be quick with another, and for others than one person", () => {
  const stragglers = new StragglersByAsking(() => 0);
  const all = { proxmoxTokens: new Map() };
  const ayse = {
    proxmoxTokens: new Map([["dc2", { cluster: "dc2", tokenId: "ayse@pve!mcp", sealed: "s" }]]),
  };
  stragglers.of("get_attention", all).note("dc2");
  stragglers.of("get_vms", ayse).note("dc2");
  assert.equal(stragglers.of("get_attention", all).has("dc2"), true);
  assert.equal(stragglers.of("get_vms", all).has("dc2"), false);
});

Deno.test("who stays late is waited for ever more rarely, until it is in time", () => {
  let now = 0;
  const stragglers = new Stragglers(() => now);
  const lateAgain = () => {
    stragglers.note("dc2");
    const since = now;
    while (stragglers.has("dc2")) now += 1_000;
    return (now - since) / 1_000;
  };
  assert.deepEqual(Array.from({ length: 7 }, lateAgain), [10, 20, 40, 80, 160, 300, 300]);
  stragglers.note("dc2");
  now += 5_000;
  stragglers.answered("dc2");
  assert.equal(stragglers.has("dc2"), true);
  now += 5_000;
  assert.equal(stragglers.has("dc2"), false);
  stragglers.answered("dc2");
  assert.equal(lateAgain(), 10);
});

Deno.test("when the last that was waited for has failed, who is known as late is not waited for", async () => {
  let now = 0;
  const monotonic = () => now;
  const stragglers = new Stragglers(monotonic);
  const log = { error: assert.fail };
  const asking = { signal: new AbortController().signal, monotonic, log, stragglers };
  stragglers.note("hung");
  const refused = Promise.withResolvers<string>();
  const answers = askAll(["home", "refused", "hung"], (cluster) => {
    if (cluster === "home") return Promise.resolve(cluster);
    return cluster === "refused" ? refused.promise : new Promise<string>(() => {});
  }, asking);
  const turn = () => new Promise((resolve) => setTimeout(resolve));
  await turn();
  now = 500;
  refused.reject(new AppError("unavailable", "refused"));
  for (let turns = 0; turns < 5; turns++) await turn();
  now = 9_000;
  const told = (await answers).map((answer) => "error" in answer ? answer.error.message : "");
  assert.match(told[2] ?? "", /^late a moment ago too/);
  assert.deepEqual(told.slice(0, 2), ["", "refused"]);
});

Deno.test("once many have answered the others have half a second", async () => {
  let now = 0;
  const monotonic = () => now;
  const failing = Promise.withResolvers<string>();
  const many = Array.from({ length: 10 }, (_, at) => `c${at}`);
  let isOver = false;
  const answers = askAll([...many, "refused", "hung"], (cluster) => {
    if (cluster === "hung") return new Promise<string>(() => {});
    return cluster === "refused" ? failing.promise : Promise.resolve(cluster);
  }, {
    ...{ signal: new AbortController().signal, monotonic, log: { error: assert.fail } },
    stragglers: new Stragglers(monotonic),
  }).finally(() => isOver = true);
  const turn = () => new Promise((resolve) => setTimeout(resolve));
  await turn();
  now = 600;
  failing.reject(new AppError("unavailable", "refused"));
  for (let turns = 0; turns < 5; turns++) await turn();
  assert.equal(isOver, true);
  assert.deepEqual(
    (await answers).slice(-1).map((answer) => "error" in answer && answer.error.message),
    [
      "no answer in 0.6 s",
    ],
  );
});

Deno.test("a cluster that has been late and answers in time again is told so", async () => {
  let now = 0;
  const stragglers = new Stragglers(() => now);
  const { signal } = new AbortController();
  const asking = { signal, monotonic: () => now, log: { error: assert.fail }, stragglers };
  stragglers.note("dc2");
  now = 10_000;
  stragglers.note("dc2");
  await askAll(["home", "dc2"], (cluster) => Promise.resolve(cluster), asking);
  now += 10_000;
  assert.equal(stragglers.has("dc2"), false);
});

Deno.test("what is about a cluster as a whole is told of each, and of the one that is named", async () => {
  await using site = await twoClusters();
  const { value } = await site.call("health");
  assert.deepEqual(
    value.clusters.map((
      row: Record<string, unknown>,
    ) => [row.cluster, row.status, row.nodes_total]),
    [["default", "ok", 3], ["dc2", "ok", 4]],
  );
  const one = await site.call("health", { cluster: "dc2" });
  assert.deepEqual([one.value.cluster, one.value.nodes_total], ["dc2", 4]);
  await unplug(site, "dc2");
  const left = await site.call("get_cluster_status");
  assert.deepEqual(left.value.clusters.map((row: Row) => row.cluster), ["default"]);
  assert.match(left.value.warnings[0], /^dc2 did not answer/);
});
