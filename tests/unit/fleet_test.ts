import assert from "node:assert/strict";
import { serveInWorkers } from "../../lib/sandbox/fleet.ts";
import type { Place } from "../../lib/siblings/siblings.ts";

interface Run {
  readonly lines: readonly string[];
  readonly error: unknown;
}

/** Runs a script, whose first message is its place, in two workers. */
async function run(script: string): Promise<Run> {
  const lines: string[] = [];
  const error = await serveInWorkers<{ kind: "start"; place: Place }>({
    module: new URL(`data:application/javascript,${encodeURIComponent(script)}`),
    permissions: "inherit",
    count: 2,
    start: (place) => ({ kind: "start", place }),
    listen: () => ({ [Symbol.dispose]: () => {} }),
    write: (_, line) => lines.push(line),
    reopen: () => {},
    io: { err: () => {}, now: () => new Date(0) },
  }).then(() => null, (error) => error);
  return { lines, error };
}

const LINE = (text: string) =>
  `postMessage({ kind: "lines", lines: [{ to: "stderr", text: ${text} }] });`;

Deno.test("serveInWorkers starts a worker that breaks again, tells the others, and ends with the last", async () => {
  const { lines, error } = await run(`
    let count;
    self.onmessage = ({ data }) => {
      if (data.kind === "gone") {
        ${LINE('"gone " + data.worker')}
        return postMessage({ kind: "ended" });
      }
      const { index, memory } = data.place;
      count = new Int32Array(memory);
      if (index === 0) return postMessage({ kind: "listening" });
      if (Atomics.add(count, 1, 1) === 0) throw new Error("boom");
      postMessage({ kind: "ended" });
    };`);
  assert.equal(error, null);
  assert.ok(lines.includes("gone 1"), lines.join("\n"));
  assert.match(lines.join("\n"), /worker 2 of 2 broke and is started again: .*boom/);
});

Deno.test("serveInWorkers tells a refusal once and starts no other worker", async () => {
  const { lines, error } = await run(`
    self.onmessage = ({ data }) => {
      ${LINE('"started " + data.place.index')}
      postMessage({ kind: "refused", message: "Cannot listen" });
    };`);
  assert.equal((error as Error).message, "Cannot listen");
  assert.deepEqual(lines, ["started 0"]);
});

Deno.test("serveInWorkers gives up on workers that break again and again", async () => {
  const { error } = await run("throw new Error('boom')");
  assert.match((error as Error).message, /Cannot keep the server up: it broke 6 times in a minute/);
});

Deno.test("what a worker has said in the turn in which it breaks is told", async () => {
  const lines = import.meta.resolve("../../lib/siblings/lines.ts");
  const { lines: told } = await run(`
    import { Lines } from ${JSON.stringify(lines)};
    const lines = new Lines((message) => postMessage(message));
    addEventListener("error", () => lines.flush());
    self.onmessage = ({ data }) => {
      if (data.kind === "gone") return;
      lines.push("stderr", "why");
      throw new Error("boom");
    };`);
  assert.equal(told.filter((line) => line === "why").length, 6, told.join("\n"));
});
