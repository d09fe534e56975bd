import assert from "node:assert/strict";
import type { Resource } from "../../lib/proxmox/api/values.ts";
import { referencesIn } from "../../lib/mcp/clusters/references.ts";
import { guestsIn } from "../../lib/proxmox/guest/directory.ts";
import { openDatabase } from "../../lib/database/open.ts";
import type { Database } from "../../lib/database/database.ts";
import findGuests from "../../tools/find_guests.ts";
import getGuest from "../../tools/get_guest.ts";
import { HistoryRecorder, placesToLook } from "../../lib/proxmox/history/recorder.ts";
import { migrate } from "../../lib/database/migrate.ts";
import { Folder } from "../support/folder.ts";
import { until } from "../support/until.ts";
import { twoClusters } from "./sites.ts";

/** Rows of guests, and how often they were looked at. */
function counted(vmids: readonly number[]): { rows: Resource[]; looks: () => number } {
  let looks = 0;
  const rows = vmids.map((vmid) =>
    new Proxy<Resource>(
      { id: `qemu/${vmid}`, type: "qemu", node: "pve1", vmid, name: `n${vmid}` },
      {
        get: (row, key) => {
          looks++;
          return Reflect.get(row, key);
        },
      },
    )
  );
  return { rows, looks: () => looks };
}

Deno.test("the guests of a list that was read are looked through once, whatever is looked for", () => {
  const { rows } = counted([101, 102]);
  let looks = 0;
  for (const guest of guestsIn(rows)) {
    const { vmid } = guest;
    Object.defineProperty(guest, "vmid", { get: () => (looks++, vmid) });
  }
  const fits = (vmid: number | string) => referencesIn(getGuest, { vmid })[0]?.fits(rows);
  assert.deepEqual([fits(101), fits("n102")], [true, true]);
  assert.deepEqual([fits(102), fits("n101"), fits("101"), fits(103)], [true, true, false, false]);
  assert.equal(looks, rows.length);
});

Deno.test("find_guests describes the guests that were read once for all who search", async () => {
  const { rows, looks } = counted([101, 102]);
  const find = async (text: string) => {
    const input = findGuests.input.parse({ text });
    const pve = { resources: () => Promise.resolve(rows) };
    const { guests } = await findGuests.run(input, { pve } as never) as { guests: unknown[] };
    return guests.length;
  };
  assert.equal(await find("n10"), 2);
  const once = looks();
  assert.deepEqual([await find("n101"), await find("nothing")], [1, 0]);
  assert.equal(looks(), once);
});

Deno.test("rehearsals that were left over are asked for in all clusters at once", async () => {
  await using folder = await Folder.make();
  const url = `sqlite:${folder.at("store.db")}`;
  const asked: string[] = [];
  const database = await openDatabase(url);
  await migrate(database, { now: () => new Date() });
  const watched = new Proxy<Database>(database, {
    get: (target, key) => {
      const value = Reflect.get(target, key);
      if (key !== "all") return typeof value === "function" ? value.bind(target) : value;
      return (text: string, params?: []) => {
        if (text.includes("proxmox_mcp_rehearsal")) asked.push(text);
        return target.all(text, params);
      };
    },
  });
  await using _site = await twoClusters({ openDatabase: () => Promise.resolve(watched) });
  await until(() => asked.length > 0);
  assert.equal(asked.length, 1);
});

Deno.test("a few clusters at once are looked at for the history, the others after them", async () => {
  const asked: ((answer: undefined) => void)[] = [];
  const looks = placesToLook();
  const recorders = ["a", "b", "c", "d", "e", "f"].map((cluster) => {
    let slept = false;
    const shared = {
      cluster,
      leases: { take: () => new Promise((resolve) => asked.push(resolve)) },
      sleep: (_ms: number, signal: AbortSignal) => {
        if (!slept) return Promise.resolve(void (slept = true));
        return new Promise((_, reject) => {
          signal.addEventListener("abort", () => reject(signal.reason));
        });
      },
    };
    const options = { shared, history: {}, days: 1, log: { warning: () => {} }, looks };
    return new HistoryRecorder(options as never);
  });
  for (const recorder of recorders) recorder.start();
  await until(() => asked.length >= 4);
  await new Promise((resolve) => setTimeout(resolve));
  assert.equal(asked.length, 4);
  // Another instance has just looked.
  asked[0]?.(undefined);
  await until(() => asked.length >= 5);
  for (const answer of asked) answer(undefined);
  await until(() => asked.length === 6);
  for (const answer of asked) answer(undefined);
  await Promise.all(recorders.map((recorder) => recorder.close()));
});
