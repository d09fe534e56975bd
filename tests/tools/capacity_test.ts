import assert from "node:assert/strict";
import * as fc from "fast-check";
import { fits } from "../../lib/proxmox/capacity/loss.ts";
import { type Point, trendOf } from "../../lib/proxmox/capacity/trend.ts";
import { Site } from "../site.ts";
import { CAPACITY, measuredForAMonth } from "./cases/capacity.ts";
import { testTools } from "./harness.ts";

testTools(CAPACITY);

const GIB = 1024 ** 3;
const DAY = 86_400;

type Row = Record<string, unknown>;

Deno.test("get_capacity tells when a storage is full by the last month's trend", async () => {
  await using site = await Site.start();
  measuredForAMonth(site);
  const nfs = site.fake.state.storages.get("nfs1");
  assert.ok(nfs);
  nfs.growthPerDay = 10 * GIB;
  const { value } = await site.call("get_capacity");
  const row = value.storages.find((each: Row) => each.storage === "nfs1");
  assert.ok(Math.abs(row.growth_bytes_per_day / GIB - 10) < 0.1, `${row.growth_bytes_per_day}`);
  const days = (row.total_bytes - row.used_bytes) / (10 * GIB);
  const told = (Date.parse(row.full_at) - Date.now()) / DAY / 1000;
  assert.ok(Math.abs(told - days) < 3, `${told} for ${days}`);
  const still = value.storages.find((each: Row) => each.storage === "local");
  assert.equal(still.full_at, undefined);
});

Deno.test("get_capacity knows replicas, rules that tie, and backups that die with their node", async () => {
  await using site = await Site.start();
  const fates = async (node: string) => {
    const { value } = await site.call("get_capacity", { node });
    return new Map<unknown, Row>(value.guests.map((row: Row) => [row.vmid, row]));
  };
  const before = await fates("pve1");
  assert.equal(before.get(101)?.fate, "older copy on another node");
  assert.equal(before.get(101)?.newest_backup_at, undefined, "its backup is on pve1 itself");
  assert.equal(before.get(100)?.fate, "lost");
  const rule = site.fake.state.ha.rules.get("web2-home");
  assert.ok(rule);
  rule.strict = 1;
  const tied = (await fates("pve2")).get(110);
  assert.equal(tied?.fate, "to be started elsewhere by hand");
  assert.match(String(tied?.because), /web2-home/);
});

Deno.test("get_capacity never calls a guest safe that it could not look at", async () => {
  await using site = await Site.start();
  site.fake.fault({ path: /qemu\/110\/config$/ }, { kind: "status", status: 500, message: "x\n" });
  const { value } = await site.call("get_capacity", { node: "pve2" });
  assert.equal(value.guests.find((row: Row) => row.vmid === 110).fate, "unknown");
  assert.match(value.warnings.join("; "), /disks of VM 110/);
});

Deno.test("what fits, fits in one room each", () => {
  assert.equal(fits([4, 4], [5, 3]), false);
  assert.equal(fits([3, 4], [5, 3]), true);
  assert.equal(fits([], []), true);
  const sizes = fc.array(fc.integer({ min: 1, max: 100 }), { maxLength: 8 });
  fc.assert(fc.property(sizes, sizes, (needs, rooms) => {
    const total = (values: number[]) => values.reduce((sum, each) => sum + each, 0);
    if (fits(needs, rooms)) assert.ok(total(needs) <= total(rooms));
  }));
});

Deno.test("a straight line is found again, and little is no trend", () => {
  fc.assert(fc.property(
    fc.integer({ min: -1000, max: 1000 }),
    fc.integer({ min: 10, max: 60 }),
    (perDay, days) => {
      const points = Array.from(
        { length: days },
        (_, day): Point => [day * DAY, 1e6 + perDay * day],
      );
      const trend = trendOf(points, 2e6);
      assert.ok(Math.abs((trend?.growth_bytes_per_day ?? NaN) - perDay) <= 1);
      if (perDay <= 0) assert.equal(trend?.full_at, undefined);
    },
  ));
  assert.equal(trendOf([[0, 1], [DAY, 2]], 10), undefined);
});
