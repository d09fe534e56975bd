import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { runSandboxed } from "../support/sandboxed.ts";

const BREAKING = fileURLToPath(new URL("../support/breaking_process.ts", import.meta.url));

interface Broken {
  readonly lines: readonly string[];
  readonly error: string;
  /** Whether the error is one that the program tells its user. */
  readonly foreseen: boolean;
}

/** In a process of its own, on whose stderr the runtime shows the trace of each worker that breaks. */
async function breakEvery(minutes: number): Promise<Broken> {
  const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-prompt", "--no-check", "-A", BREAKING, String(minutes)],
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  assert.match(text(stderr), /boom/);
  return JSON.parse(text(stdout));
}

Deno.test("serveInWorker starts a broken server again, five times a minute at most", async () => {
  const { lines, error, foreseen } = await breakEvery(0);
  assert.equal(lines.length, 5);
  assert.match(lines[0] ?? "", /the server broke and is started again: Uncaught.* boom$/);
  assert.ok(foreseen);
  assert.equal(error, "Cannot keep the server up: it broke 6 times in a minute");
});

Deno.test("serveInWorker goes on for ever when the server breaks rarely", async () => {
  const { lines, error } = await breakEvery(1);
  assert.equal(lines.length, 20);
  assert.equal(error, "enough seen");
});

Deno.test("serveInWorker ends as the server ends, and listens no longer", async () => {
  const now = () => new Date(0);
  const ended = await runSandboxed("postMessage({ kind: 'ended' })", { now });
  assert.deepEqual(ended, { lines: [], error: null, listening: false });
  const script = "postMessage({ kind: 'refused', message: 'no' })";
  const refused = await runSandboxed(script, { now });
  assert.equal((refused.error as Error).message, "no");
  assert.equal(refused.listening, false);
});

Deno.test("serveInWorker tells each worker how to start, and what comes later", async () => {
  const script = `
    const told = [];
    onmessage = ({ data }) => {
      told.push(data);
      if (data === "stop") postMessage({ kind: "refused", message: told.join(" ") });
    };`;
  const { error } = await runSandboxed(script, { now: () => new Date(0), later: ["more", "stop"] });
  assert.equal((error as Error).message, "start more stop");
});
