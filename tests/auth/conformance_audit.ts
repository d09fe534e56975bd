import assert from "node:assert/strict";
import { AuditTrail } from "../../lib/audit/trail.ts";
import { auditRow, type Bench, type Site, withBench } from "./site.ts";

export function runAuditCases(name: string, makeSite: () => Promise<Site>): void {
  const withTrail = (work: Parameters<typeof withBench>[1]) => () => withBench(makeSite, work);
  const withRows = (work: Parameters<typeof withBench>[1]) =>
    withTrail(async (bench) => {
      await appendRows(bench, 9);
      await work(bench);
    });

  Deno.test(
    `${name}: audit rows come back as they went in, newest first`,
    withTrail(async ({ trail }) => {
      const rows = [
        auditRow(),
        auditRow({ tokenId: null, scope: null, vmid: null, outcome: "denied", durationMs: 0 }),
        auditRow({
          callId: "call-1",
          argumentsSha256: "f".repeat(64),
          vmids: [101, 1_000_000],
          confirmation: "accepted",
          confirmedBy: "ß",
        }),
        auditRow({
          arguments: '{"name":"ß\\u0000漢字"}',
          error: "Cannot: it is\tlocked",
          durationMs: 1e-3,
        }),
      ];
      for (const row of rows) await trail.append(row);
      const listed = await trail.list();
      assert.deepEqual(listed.map((row) => row.seq), [4, 3, 2, 1]);
      assert.deepEqual(
        listed.map(({ seq, hash: _hash, previousHash: _previous, ...row }) => [seq, row]).reverse(),
        rows.map((row, at) => [at + 1, { ...row, keyId: "" }]),
      );
      assert.equal(listed[0]?.previousHash, listed[1]?.hash);
      assert.deepEqual((await trail.verify()).problems, []);
    }),
  );

  Deno.test(
    `${name}: audit keeps what no database can hold in a form that verifies`,
    withTrail(async ({ trail }) => {
      await trail.append(
        auditRow({
          tool: "nul\0",
          error: "lone \uD800",
          vmid: 1e300,
          tokenId: 1.5,
          durationMs: Infinity,
        }),
      );
      const [row] = await trail.list();
      assert.equal(row?.tool, "nul\uFFFD");
      assert.equal(row?.vmid, null);
      assert.equal((await trail.verify()).ok, true);
    }),
  );

  Deno.test(
    `${name}: audit can be asked by user, tool, vmid, outcome and time`,
    withTrail(async ({ trail }) => {
      const day = (date: number) => new Date(Date.UTC(2026, 2, date));
      await trail.append(auditRow({ time: day(1), user: "alice", vmid: 101 }));
      await trail.append(auditRow({ time: day(2), user: "bob", vmid: 102, tool: "stop_vm" }));
      await trail.append(auditRow({ time: day(3), user: "bob", vmid: 102, outcome: "error" }));
      const seqs = async (filter: Parameters<typeof trail.list>[0]) =>
        (await trail.list(filter)).map((row) => row.seq);
      assert.deepEqual(await seqs({ user: "bob" }), [3, 2]);
      assert.deepEqual(await seqs({ tool: "stop_vm" }), [2]);
      assert.deepEqual(await seqs({ vmid: 102, outcome: "error" }), [3]);
      assert.deepEqual(await seqs({ since: day(2) }), [3, 2]);
      assert.deepEqual(await seqs({ since: day(1), until: day(2) }), [1]);
      assert.deepEqual(await seqs({ limit: 1 }), [3]);
      assert.deepEqual(await seqs({ user: "carol' OR '1'='1" }), []);
    }),
  );

  Deno.test(
    `${name}: audit is asked about a guest however its calls named it, and lists no intent that came true`,
    withTrail(async ({ trail }) => {
      const rows = [
        auditRow({ callId: "a", vmid: null, vmids: [100, 1010], outcome: "intent" }),
        auditRow({ callId: "a", vmid: null, vmids: [100, 1010] }),
        auditRow({ callId: "b", vmid: null, vmids: [101], outcome: "intent" }),
        auditRow({ callId: "c", vmid: 101, vmids: [] }),
        auditRow({ callId: "d", vmid: null, vmids: [99_101, 101_000] }),
      ];
      for (const row of rows) await trail.append(row);
      const seqs = async (filter: Parameters<typeof trail.list>[0]) =>
        (await trail.list(filter)).map((row) => row.seq);
      assert.deepEqual(await seqs({}), [5, 4, 3, 2]);
      assert.deepEqual(await seqs({ vmid: 101 }), [4, 3]);
      assert.deepEqual(await seqs({ vmid: 1010 }), [2]);
      assert.deepEqual(await seqs({ vmid: 100, outcome: "intent" }), [1]);
      assert.deepEqual(await seqs({ vmid: 10 }), []);
    }),
  );

  Deno.test(
    `${name}: audit rows appended together by two instances form one chain`,
    withTrail(async ({ site, trail }) => {
      const database = await site.open();
      const other = new AuditTrail(database);
      try {
        const each = Array.from({ length: 150 }, (_, at) => [
          trail.append(auditRow({ requestId: `a${at}` })),
          other.append(auditRow({ requestId: `b${at}` })),
        ]);
        await Promise.all(each.flat());
      } finally {
        await database.close();
      }
      assert.deepEqual(await trail.verify(), {
        ok: true,
        rows: 300,
        first: 1,
        last: 300,
        problems: [],
      });
      const own = (await trail.list({ limit: 300 })).filter((row) => row.requestId.startsWith("a"));
      assert.deepEqual(
        own.map((row) => Number(row.requestId.slice(1))).reverse(),
        Array.from({ length: 150 }, (_, at) => at),
      );
    }),
  );

  const tamperings: [string, string[], [number, string][]][] = [
    ["an edited argument", ["UPDATE proxmox_mcp_audit SET arguments = '{}' WHERE seq = 4"], [[
      4,
      "edited",
    ]]],
    ["an edited outcome", ["UPDATE proxmox_mcp_audit SET outcome = 'denied' WHERE seq = 9"], [[
      9,
      "edited",
    ]]],
    ["an edited time", [
      "UPDATE proxmox_mcp_audit SET time = '2025-01-01 00:00:00+00' WHERE seq = 1",
    ], [[1, "edited"]]],
    ["a replaced hash", [`UPDATE proxmox_mcp_audit SET hash = '${"f".repeat(64)}' WHERE seq = 4`], [
      [4, "edited"],
    ]],
    ["a removed row", ["DELETE FROM proxmox_mcp_audit WHERE seq = 5"], [[5, "removed"]]],
    ["removed first rows", ["DELETE FROM proxmox_mcp_audit WHERE seq <= 3"], [[1, "removed"]]],
    ["removed last rows", ["DELETE FROM proxmox_mcp_audit WHERE seq > 7"], [[8, "removed"]]],
    ["all rows removed", ["DELETE FROM proxmox_mcp_audit"], [[1, "removed"]]],
    [
      "two rows exchanged",
      [
        "UPDATE proxmox_mcp_audit SET seq = 100 WHERE seq = 5",
        "UPDATE proxmox_mcp_audit SET seq = 5 WHERE seq = 6",
        "UPDATE proxmox_mcp_audit SET seq = 6 WHERE seq = 100",
      ],
      [[5, "reordered"], [6, "reordered"]],
    ],
    [
      "a removed row whose gap was closed",
      [
        "DELETE FROM proxmox_mcp_audit WHERE seq = 8",
        "UPDATE proxmox_mcp_audit SET seq = 8 WHERE seq = 9",
        "UPDATE proxmox_mcp_audit_head SET seq = 8",
      ],
      [[7, "edited"]],
    ],
    [
      "two rows exchanged and linked anew",
      [
        "UPDATE proxmox_mcp_audit SET seq = 100 WHERE seq = 5",
        "UPDATE proxmox_mcp_audit SET seq = 5 WHERE seq = 6",
        "UPDATE proxmox_mcp_audit SET seq = 6 WHERE seq = 100",
        ...[5, 6, 7].map(linkAnew),
      ],
      [[5, "edited"], [6, "edited"], [7, "edited"]],
    ],
    [
      "a removed row whose gap was closed and linked anew",
      [
        "DELETE FROM proxmox_mcp_audit WHERE seq = 5",
        ...[6, 7, 8, 9].map((seq) =>
          `UPDATE proxmox_mcp_audit SET seq = ${seq - 1} WHERE seq = ${seq}`
        ),
        linkAnew(5),
        "UPDATE proxmox_mcp_audit_head SET seq = 8",
      ],
      [[5, "edited"]],
    ],
    [
      "removed first rows after which the next passes as the first",
      [
        "DELETE FROM proxmox_mcp_audit WHERE seq <= 8",
        `UPDATE proxmox_mcp_audit SET seq = 1, previous_hash = '${"0".repeat(64)}'`,
        "UPDATE proxmox_mcp_audit_head SET seq = 1",
      ],
      [[1, "edited"]],
    ],
  ];
  for (const [what, statements, expected] of tamperings) {
    Deno.test(
      `${name}: verify finds ${what}`,
      withRows(async ({ site, trail }) => {
        for (const statement of statements) await site.run(statement);
        const { ok, problems } = await trail.verify();
        assert.equal(ok, false);
        assert.deepEqual(problems.map(({ seq, kind }) => [seq, kind]), expected);
        for (const { seq, message } of problems) assert.match(message, new RegExp(`\\b${seq}\\b`));
        await assert.rejects(
          trail.prune({ before: new Date("2030-01-01"), by: "root", at: new Date() }),
          { code: "conflict" },
        );
      }),
    );
  }

  Deno.test(
    `${name}: verify finds a row that was added beside the program`,
    withRows(async ({ site, trail }) => {
      const columns =
        "time, request_id, username, token_id, token_name, address, door, tool, scope, " +
        "arguments, vmid, outcome, error, upid, duration_ms, previous_hash, hash";
      await site.run(
        `INSERT INTO proxmox_mcp_audit (seq, ${columns})
          SELECT 10, ${columns} FROM proxmox_mcp_audit WHERE seq = 9`,
      );
      assert.deepEqual((await trail.verify()).ok, false);
    }),
  );

  Deno.test(
    `${name}: prune leaves a checkpoint so that the rest verifies`,
    withRows(async ({ trail, clock }) => {
      const prune = { by: "root", at: clock.now() };
      assert.deepEqual(await trail.prune({ ...prune, before: minute(0) }), {
        removed: 0,
        checkpoint: null,
      });
      assert.deepEqual(await trail.prune({ ...prune, before: minute(4) }), {
        removed: 4,
        checkpoint: 10,
      });
      assert.deepEqual(await trail.verify(), {
        ok: true,
        rows: 6,
        first: 5,
        last: 10,
        problems: [],
      });
      const [checkpoint] = await trail.list({ limit: 1 });
      assert.equal(checkpoint?.user, "root");
      assert.equal(checkpoint?.tool, "audit_prune");
      await trail.append(auditRow({ time: clock.now() }));
      const everything = new Date(clock.now().getTime() + 1);
      assert.equal((await trail.prune({ ...prune, before: everything })).removed, 7);
      assert.deepEqual(await trail.verify(), {
        ok: true,
        rows: 1,
        first: 12,
        last: 12,
        problems: [],
      });
    }),
  );

  Deno.test(
    `${name}: prune lets others write in between, and the trail verifies wherever it ends`,
    withRows(async ({ trail, clock }) => {
      const prune = { before: minute(7), by: "root", at: clock.now() };
      const left: (number | null)[] = [];
      const pause = async () => {
        await trail.append(auditRow({ time: clock.now() }));
        const { problems, first } = await trail.verify();
        assert.deepEqual(problems, []);
        left.push(first);
      };
      assert.equal((await trail.prune(prune, { rowsAtOnce: 2, pause })).removed, 7);
      assert.deepEqual(left, [3, 5, 7, 8]);
      const signed = await trail.list({ tool: "audit_prune" });
      assert.deepEqual(
        signed.map((row) => JSON.parse(row.arguments).through),
        [7, 6, 4, 2],
      );
      assert.equal((await trail.verify()).ok, true);
    }),
  );

  Deno.test(
    `${name}: a checkpoint signs for the rows before it only as it was written`,
    withRows(async ({ site, trail, clock }) => {
      await trail.prune({ before: minute(4), by: "root", at: clock.now() });
      await site.run("DELETE FROM proxmox_mcp_audit WHERE seq = 5");
      assert.deepEqual((await trail.verify()).problems, [
        { seq: 1, kind: "removed", message: "rows 1 to 5 were removed" },
      ]);
    }),
  );

  Deno.test(
    `${name}: check leaves no row`,
    withTrail(async ({ trail }) => {
      await trail.check();
      await Promise.all([trail.check(), trail.append(auditRow()), trail.check()]);
      assert.equal((await trail.verify()).rows, 1);
    }),
  );
}

async function appendRows({ trail }: Bench, count: number): Promise<void> {
  for (let at = 0; at < count; at++) {
    await trail.append(auditRow({ time: minute(at), requestId: `request-${at + 1}` }));
  }
}

/** Gives a row the hash of the one before it as what it names, as if it had been written after that. */
function linkAnew(seq: number): string {
  return `UPDATE proxmox_mcp_audit SET previous_hash =
    (SELECT hash FROM proxmox_mcp_audit WHERE seq = ${seq - 1}) WHERE seq = ${seq}`;
}

function minute(at: number): Date {
  return new Date(Date.UTC(2026, 2, 1, 10, at));
}
