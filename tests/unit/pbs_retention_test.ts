import assert from "node:assert/strict";
import fc from "fast-check";
import { retentionParams, RULES, whatKeeps } from "../../lib/pbs/retention.ts";
import type { Snapshot } from "../../lib/pbs/snapshots.ts";
import { marked } from "../fake_pbs/retention.ts";

function snapshot(seconds: number, { isProtected = false, isBroken = false } = {}): Snapshot {
  return {
    ...{ server: "pbs1", datastore: "store1", namespace: "", type: "vm", id: "100", seconds },
    time: new Date(seconds * 1000).toISOString(),
    verified: "never",
    ...(isBroken ? {} : { size_bytes: 1 }),
    ...(isProtected ? { protected: true } : {}),
  };
}

Deno.test("whatKeeps keeps what the simulated server keeps", () => {
  const seconds = fc.integer({ min: 1_700_000_000, max: 1_760_000_000 });
  const counts = fc.record(
    Object.fromEntries(RULES.map((rule) => [rule, fc.integer({ min: 1, max: 5 })])),
    { requiredKeys: [] },
  ).filter((counts) => Object.keys(counts).length > 0);
  const times = fc.uniqueArray(fc.tuple(seconds, fc.nat(9)), {
    selector: ([at]) => at,
    maxLength: 40,
  });
  fc.assert(fc.property(times, counts, (all, retention) => {
    const own = all.map(([at, luck]) => snapshot(at, { isBroken: luck === 0 }));
    const keeps = whatKeeps(own, { retention });
    const theirs = marked(
      own.map((one) => ({
        time: one.seconds,
        files: one.size_bytes === undefined
          ? []
          : [{ filename: "x", "crypt-mode": "none" as const, size: 1 }],
        ownBytes: 0,
      })),
      retention,
    );
    for (const { keep, snapshot: { time } } of theirs) {
      const one = own.find(({ seconds }) => seconds === time);
      assert.equal(one !== undefined && keeps.get(one) !== undefined, keep);
    }
  }));
});

Deno.test("whatKeeps tells the first rule, and days begin in the server's timezone", () => {
  const at = (text: string) => Date.parse(text) / 1000;
  const late = snapshot(at("2026-03-01T22:30:00Z"));
  const later = snapshot(at("2026-03-01T23:30:00Z"));
  const kept = snapshot(at("2026-01-01T00:00:00Z"), { isProtected: true });
  const retention = { daily: 2 };
  const told = (timezone?: string) => {
    const keeps = whatKeeps([late, later, kept], { retention, timezone });
    return [late, later, kept].map((one) => keeps.get(one));
  };
  assert.deepEqual(told(), [undefined, "keep-daily", "protected"]);
  assert.deepEqual(told("Europe/Istanbul"), [undefined, "keep-daily", "protected"]);
  assert.deepEqual(told("Europe/Berlin"), ["keep-daily", "keep-daily", "protected"]);
  assert.deepEqual(retentionParams({ last: 3 }), { "keep-last": 3 });
});
