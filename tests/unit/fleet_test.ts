import assert from "node:assert/strict";
import { type Pass, serveInWorkers } from "../../lib/sandbox/fleet.ts";
import type { Place } from "../../lib/siblings/siblings.ts";

interface Run {
  readonly lines: readonly string[];
  readonly error: unknown;
}

type Message = { kind: "start"; place: Place } | { kind: "stop" | "halt" };

/** Runs a script, whose first message is its place, in two workers. */
async function run(
  script: string,
  { onPass = () => {}, onLine = () => {} }: {
    onPass?: (pass: Pass<Message>) => void;
    onLine?: (line: string, pass: Pass<Message>) => void;
  } = {},
): Promise<Run> {
  const lines: string[] = [];
  let pass: Pass<Message> = () => {};
  const error = await serveInWorkers<Message>({
    module: new URL(`data:application/javascript,${encodeURIComponent(script)}`),
    permissions: "inherit",
    count: 2,
    start: (place) => ({ kind: "start", place }),
    stop: { kind: "stop" },
    listen: (given) => {
      onPass(pass = given);
      return { [Symbol.dispose]: () => {} };
    },
    write: (_, line) => {
      lines.push(line);
      onLine(line, pass);
    },
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

Deno.test("serveInWorkers gives no worker up that has listened, and ends when it is told to", async () => {
  let stop = () => {};
  const { lines, error } = await run(
    `
    self.onmessage = ({ data }) => {
      if (data.kind === "stop") return postMessage({ kind: "ended" });
      if (data.kind !== "start") return;
      const { index, memory } = data.place;
      const starts = Atomics.add(new Int32Array(memory), index, 1);
      if (index === 0) return postMessage({ kind: "listening" });
      if (starts === 3) return postMessage({ kind: "refused", message: "no place" });
      postMessage({ kind: "listening" });
      setTimeout(() => { throw new Error("boom"); });
    };`,
    {
      onPass: (pass) => stop = () => pass({ kind: "stop" }, { to: "all", ends: true }),
      onLine: (line) => line.includes("in 10 seconds") && stop(),
    },
  );
  assert.equal(error, null);
  const restarts = lines.filter((line) => line.includes("is started again"));
  assert.equal(restarts.length, 6);
  assert.equal(restarts[3], "proxmox-mcp: worker 2 of 2 broke and is started again: no place");
});

Deno.test("what is for the first worker goes to the next while that is not there", async () => {
  const { lines } = await run(
    `
    self.onmessage = ({ data }) => {
      if (data.kind === "halt") {
        ${LINE('"halted"')}
        return postMessage({ kind: "ended" });
      }
      if (data.kind !== "start") return;
      const { index, memory } = data.place;
      const starts = Atomics.add(new Int32Array(memory), index, 1);
      if (index === 0 && starts > 0) return postMessage({ kind: "ended" });
      postMessage({ kind: "listening" });
      if (index === 1) new BroadcastChannel("fleet").postMessage("break");
      else new BroadcastChannel("fleet").onmessage = () => { throw new Error("boom"); };
    };`,
    {
      onLine: (line, pass) =>
        line.includes("broke") && pass({ kind: "halt" }, { to: "first", ends: false }),
    },
  );
  assert.ok(lines.includes("halted"), lines.join("\n"));
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
