import assert from "node:assert/strict";
import { AuditTrail } from "../../lib/audit/trail.ts";
import { migrate } from "../../lib/database/migrate.ts";
import { auditRow, type Site, withDatabase } from "./site.ts";
import { makeVersion } from "./versions.ts";

/** A trail of rows 3 to 5, written before rows had a format, 6 of the second format, and 7 to 9 of today's. */
interface Mixed {
  readonly site: Site;
  readonly trail: AuditTrail;
}

export function runFormatCases(name: string, makeSite: () => Promise<Site>): void {
  const withMixed = (work: (mixed: Mixed) => Promise<void>) => () =>
    withDatabase(makeSite, async ({ site, database, clock }) => {
      await makeVersion(site, database, 5);
      await migrate(database, { now: clock.now });
      const trail = new AuditTrail(database);
      for (const at of [7, 8, 9]) {
        await trail.append(
          auditRow({ time: minute(at), requestId: `request-${at}`, vmids: [101], callId: "call" }),
        );
      }
      await work({ site, trail });
    });

  Deno.test(
    `${name}: rows of every format verify in one chain, and say which they are of`,
    withMixed(async ({ site, trail }) => {
      assert.deepEqual(await trail.verify(), {
        ok: true,
        rows: 7,
        first: 3,
        last: 9,
        problems: [],
      });
      const rows = await site.run("SELECT format FROM proxmox_mcp_audit ORDER BY seq");
      const formats = rows.map(({ format }) => Number(format));
      const newest = Math.max(...formats);
      assert.ok(newest > 2);
      assert.deepEqual(formats, [1, 1, 1, 2, newest, newest, newest]);
    }),
  );

  const tamperings: readonly (readonly [string, string, number, string])[] = [
    ["an edited column of an old row", "tool = 'get_vms' WHERE seq = 4", 4, "was edited"],
    ["an edited column of the second format", "tool = 'get_vms' WHERE seq = 6", 6, "was edited"],
    ["an edited column of a new row", "tool = 'get_vms' WHERE seq = 7", 7, "was edited"],
    ["an edited digest", "arguments_sha256 = 'f' WHERE seq = 7", 7, "was edited"],
    ["an edited list of guests", "vmids = '' WHERE seq = 7", 7, "was edited"],
    ["another who confirmed", "confirmed_by = 'bob' WHERE seq = 7", 7, "was edited"],
    ["a row of another call", "call_id = 'other' WHERE seq = 7", 7, "was edited"],
    ["a new row that passes as one of before", "format = 2 WHERE seq = 7", 7, "was edited"],
    ["an old row that passes as a new one", "format = 2 WHERE seq = 4", 4, "was edited"],
    ["a new row that passes as an old one", "format = 1 WHERE seq = 7", 7, "was edited"],
    [
      "a row of a format that nobody knows",
      "format = 99 WHERE seq = 8",
      8,
      "has format 99, which this program does not know",
    ],
    [
      "a format that is none",
      "format = 0 WHERE seq = 3",
      3,
      "has format 0, which this program does not know",
    ],
  ];
  for (const [what, change, seq, message] of tamperings) {
    Deno.test(
      `${name}: verify finds ${what}`,
      withMixed(async ({ site, trail }) => {
        await site.run(`UPDATE proxmox_mcp_audit SET ${change}`);
        const { ok, rows, problems } = await trail.verify();
        assert.deepEqual({ ok, rows }, { ok: false, rows: 7 });
        assert.deepEqual(problems.map(({ message }) => message), [`row ${seq} ${message}`]);
        await assert.rejects(
          trail.prune({ before: new Date("2030-01-01"), by: "root", at: new Date() }),
          { code: "conflict", message: `Cannot prune the audit trail: row ${seq} ${message}` },
        );
      }),
    );
  }

  Deno.test(
    `${name}: prune removes rows of every format, and what is left verifies`,
    withMixed(async ({ trail }) => {
      const prune = { by: "root", at: minute(10) };
      const prunings = [[4, 1, 4], [7, 3, 7], [9, 2, 9], [11, 4, 13]] as const;
      for (const [before, removed, first] of prunings) {
        const report = await trail.prune({ ...prune, before: minute(before) });
        assert.equal(report.removed, removed);
        const found = await trail.verify();
        assert.deepEqual([found.ok, found.first], [true, first]);
      }
    }),
  );
}

function minute(at: number): Date {
  return new Date(Date.UTC(2026, 2, 1, 12, at));
}
