import assert from "node:assert/strict";
import { parseHead } from "../../lib/audit/head.ts";
import { makeAuditKey } from "../../lib/audit/key.ts";
import { AuditTrail } from "../../lib/audit/trail.ts";
import { auditRow, type Bench, type Site, withBench } from "./site.ts";

interface Scene extends Bench {
  /** Without a key, as whoever can write the database has one. */
  readonly trail: AuditTrail;
  readonly signed: AuditTrail;
}

export function runKeyCases(name: string, makeSite: () => Promise<Site>): void {
  /** Rows 1 and 2 without a key, 3 where it begins, 4 to 6 with it. */
  const withScene = (work: (scene: Scene) => Promise<void>) => () =>
    withBench(makeSite, async (bench) => {
      const { database, trail, clock } = bench;
      const signed = new AuditTrail(database, { key: await newKey() });
      for (const at of [1, 2]) await trail.append(auditRow({ requestId: `request-${at}` }));
      await signed.anchor({ by: "migrate", at: clock.now() });
      for (const at of [4, 5, 6]) await signed.append(auditRow({ requestId: `request-${at}` }));
      await work({ ...bench, signed });
    });
  const problemsOf = async (trail: AuditTrail, kept?: string) => {
    const found = await trail.verify({ kept: kept === undefined ? null : parseHead(kept) });
    return found.problems.map(({ message }) => message);
  };

  Deno.test(
    `${name}: a trail verifies over the row where its key begins, and with no other key`,
    withScene(async ({ database, trail, signed }) => {
      assert.deepEqual(await problemsOf(signed), []);
      assert.deepEqual(
        (await signed.list()).map(({ keyId }) => keyId !== "").reverse(),
        [false, false, true, true, true, true],
      );
      for (const other of [trail, new AuditTrail(database, { key: await newKey() })]) {
        const problems = await problemsOf(other);
        assert.equal(problems.length, 4);
        assert.match(problems[0] ?? "", /^row 3 was signed by the key [0-9a-f]{16}, which is not/);
      }
    }),
  );

  Deno.test(
    `${name}: who can write the database and has no key can write no row that verifies`,
    withScene(async ({ site, database, trail, signed }) => {
      await trail.append(auditRow({ requestId: "forged" }));
      assert.deepEqual(await problemsOf(signed), ["row 7 was written without the key"]);
      const [real] = await signed.list({ tool: "audit_key" });
      const guessed = { id: real?.keyId ?? "", secret: new Uint8Array(32) };
      await new AuditTrail(database, { key: guessed }).append(auditRow());
      assert.ok((await problemsOf(signed)).includes("row 8 was edited"));
      await site.run("DELETE FROM proxmox_mcp_audit");
      await site.run(
        `UPDATE proxmox_mcp_audit_head SET seq = 0, hash = '${"0".repeat(64)}'`,
      );
      for (const at of [1, 2, 3]) await trail.append(auditRow({ requestId: `forged-${at}` }));
      assert.deepEqual(await problemsOf(trail), [], "the forged chain is one");
      assert.deepEqual(await problemsOf(signed), ["row 3 was written without the key"]);
    }),
  );

  Deno.test(
    `${name}: a row from before the key cannot be written anew either`,
    withScene(async ({ site, signed }) => {
      const [, genuine] = (await signed.list()).toReversed();
      await withBench(makeSite, async (other) => {
        await other.trail.append(auditRow({ requestId: "request-1" }));
        await other.trail.append(auditRow({ requestId: "forged" }));
        const [forged] = await other.trail.list();
        assert.equal(forged?.previousHash, genuine?.previousHash);
        await site.run(
          `UPDATE proxmox_mcp_audit SET request_id = 'forged', hash = '${forged?.hash}'
            WHERE seq = 2`,
        );
      });
      assert.deepEqual(await problemsOf(signed), [
        "row 2 was edited, or rows after it were removed",
      ]);
    }),
  );

  Deno.test(
    `${name}: a head that was kept tells that rows were cut off, written anew or pruned`,
    withScene(async ({ site, signed, clock }) => {
      const [row] = await signed.list({ limit: 1 });
      const head = await signed.head();
      assert.deepEqual(head, { seq: 6, hash: row?.hash });
      const kept = `${head.seq}:${head.hash}`;
      await signed.append(auditRow());
      assert.deepEqual(await problemsOf(signed, kept), []);
      assert.deepEqual(await problemsOf(signed, `6:${"f".repeat(64)}`), [
        "row 6 is not the one whose head was kept",
      ]);
      await signed.prune({ before: new Date("2100-01-01"), by: "root", at: clock.now() });
      assert.deepEqual(await problemsOf(signed, kept), [
        "row 6, whose head was kept, was removed: keep one that is newer",
      ]);
      const pruned = await signed.head();
      await signed.append(auditRow());
      assert.deepEqual(await problemsOf(signed, `${pruned.seq}:${pruned.hash}`), []);
      await site.run("DELETE FROM proxmox_mcp_audit WHERE seq = 9");
      await site.run(
        `UPDATE proxmox_mcp_audit_head SET seq = 8, hash =
          (SELECT hash FROM proxmox_mcp_audit WHERE seq = 8)`,
      );
      assert.deepEqual(await problemsOf(signed), [], "nothing in the database tells");
      assert.deepEqual(await problemsOf(signed, `9:${"f".repeat(64)}`), ["row 9 was removed"]);
    }),
  );
}

async function newKey() {
  const folder = await Deno.makeTempDir();
  try {
    return await makeAuditKey(`${folder}/key`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
