import assert from "node:assert/strict";
import { leasesOf } from "../../lib/database/leases.ts";
import { migrate } from "../../lib/database/migrate.ts";
import { openDatabase } from "../../lib/database/open.ts";
import { GuestLocks } from "../../lib/proxmox/guest/locks.ts";
import { Folder } from "../support/folder.ts";

Deno.test("GuestLocks on one database hold a guest against one another, until it is let go", async () => {
  await using folder = await Folder.make();
  const now = () => new Date();
  const open = async () => {
    const database = await openDatabase(`sqlite:${folder.at("locks.db")}`);
    return { database, locks: new GuestLocks(leasesOf(database, { now })) };
  };
  const [first, second] = [await open(), await open()];
  await migrate(first.database, { now });
  const { signal } = new AbortController();
  const held = await first.locks.acquire(101, "start VM 101", signal);
  assert.equal(await second.locks.tryAcquire(101, "stop VM 101"), undefined);
  (await second.locks.tryAcquire(102, "stop VM 102"))?.letGo();
  const given = AbortSignal.abort();
  await assert.rejects(
    second.locks.acquire(101, "stop VM 101", given),
    /another change is under way/,
  );
  let isHeld = true;
  const waiting = second.locks.acquire(101, "stop VM 101", signal).then((held) => {
    assert.equal(isHeld, false);
    held.letGo();
  });
  assert.equal(await second.locks.tryAcquire(101, "stop VM 101"), undefined);
  isHeld = false;
  held.letGo();
  await waiting;
  await first.database.close();
  await second.database.close();
});
