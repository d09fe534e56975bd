import assert from "node:assert/strict";
import { KeptReader } from "../../lib/proxmox/kept_reader.ts";
import { Reading, turnsOf } from "../../lib/proxmox/reading.ts";
import { SharedReads } from "../../lib/proxmox/shared_reads.ts";
import { ShareTime } from "../../lib/proxmox/share_time.ts";

/** Calls that read what the test answers: each with a Reading of its own, all with the same shared reads. */
function setUp() {
  const share = new ShareTime({ seconds: 2, monotonic: () => 0 });
  const reads = new SharedReads(share);
  const asked: string[] = [];
  const most = { now: 0, ever: 0 };
  const client = {
    tokenId: "a@pve!b",
    request: async (_: string, path: unknown) => {
      asked.push(String(path));
      most.ever = Math.max(most.ever, ++most.now);
      await Promise.resolve();
      await Promise.resolve();
      most.now--;
      const rows = [{ node: "pve1", type: "node", storage: "local" }, "no row"];
      return { data: rows, total: undefined, size: 10 };
    },
  };
  const call = ({ atOnce }: { atOnce?: number } = {}) => {
    const warnings: string[] = [];
    const reading = new Reading({
      shared: { client, reads, share } as never,
      call: { caller: "token 1", onlyReads: true, signal: new AbortController().signal },
      readsAlone: () => false,
      forget: () => {},
      explained: (error) => Promise.resolve(error),
      warn: (warning) => void warnings.push(warning),
      enter: turnsOf(atOnce),
    });
    const reader = new KeptReader(reading, {
      mark: "",
      onKept: () => {},
      now: () => new Date(0),
    });
    return { reader, warnings };
  };
  return { call, asked, most };
}

const PATHS = ["pve1", "pve2", "pve3", "pve4"];

Deno.test("a call about many clusters asks as many things at a time as it may, in turn", async () => {
  const { call, asked, most } = setUp();
  const readAll = ({ reader }: ReturnType<typeof call>) =>
    Promise.all(PATHS.map((node) => reader.list("/nodes/{node}/storage", { node })));
  await readAll(call({ atOnce: 2 }));
  assert.deepEqual([most.ever, asked.length], [2, 4]);
  const other = setUp();
  await Promise.all(
    PATHS.map((node) => other.call().reader.list("/nodes/{node}/storage", { node })),
  );
  assert.equal(other.most.ever, 4);
});

Deno.test("what was worked out is kept in place of what was read, with what is missing in it", async () => {
  const { call, asked } = setUp();
  const work = ({ reader }: ReturnType<typeof call>) =>
    reader.workedOut("nodes", async (reader) => {
      const [nodes] = await Promise.all([reader.list("/nodes"), reader.list("/nodes")]);
      return nodes.length;
    });
  const [first, second] = [call(), call()];
  assert.equal(await work(first), 1);
  assert.deepEqual(asked, ["/nodes"]);
  assert.equal(await work(second), 1);
  assert.deepEqual(asked, ["/nodes"], "it was not read again");
  assert.equal(first.warnings.length, 1);
  assert.deepEqual(second.warnings, first.warnings);
  assert.equal(call().reader.lastWorkedOut("nodes"), Infinity);
  assert.equal(await work(first), 1);
  assert.equal(asked.length, 2, "who asks twice wants it anew");
});
