import assert from "node:assert/strict";
import type { Answer } from "../../lib/proxmox/api/client.ts";
import { SharedReads } from "../../lib/proxmox/shared_reads.ts";

const open = new AbortController().signal;

/** Reads that the test answers itself. */
function setUp() {
  const reads = new SharedReads();
  const started: { signal: AbortSignal; tell: (data: unknown) => void }[] = [];
  const start = (signal: AbortSignal) => {
    const { promise, resolve } = Promise.withResolvers<Answer>();
    started.push({ signal, tell: (data) => resolve({ data, total: undefined }) });
    return promise;
  };
  const ask = (key: string, signal = open) => reads.read(key, { signal, start });
  return { reads, started, ask };
}

Deno.test("SharedReads: who asks for the same meanwhile is told the same, and nothing is kept", async () => {
  const { ask, started } = setUp();
  const asked = [ask("a"), ask("a"), ask("b")];
  assert.equal(started.length, 2);
  started[0]?.tell(1);
  started[1]?.tell(2);
  assert.deepEqual((await Promise.all(asked)).map(({ data }) => data), [1, 1, 2]);
  void ask("a");
  assert.equal(started.length, 3);
});

Deno.test("SharedReads: nobody joins a read that began before a change", async () => {
  const { ask, reads, started } = setUp();
  const before = ask("a");
  reads.drop();
  const after = ask("a");
  started[0]?.tell("old");
  started[1]?.tell("new");
  assert.equal((await before).data, "old");
  assert.equal((await after).data, "new");
});

Deno.test("SharedReads: a read ends when nobody waits for it any longer, and not before", async () => {
  const { ask, started } = setUp();
  const [first, second] = [new AbortController(), new AbortController()];
  const asked = [ask("a", first.signal), ask("a", second.signal)];
  first.abort();
  await assert.rejects(asked[0]!, { code: "timeout" });
  assert.equal(started[0]?.signal.aborted, false);
  second.abort();
  await assert.rejects(asked[1]!, { code: "timeout" });
  assert.equal(started[0]?.signal.aborted, true);
  void ask("a");
  assert.equal(started.length, 2, "nobody joins what was given up");
});
