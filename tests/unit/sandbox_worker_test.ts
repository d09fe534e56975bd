import assert from "node:assert/strict";
import { serveInWorker } from "../../lib/sandbox/worker.ts";
import { loadConfig } from "../../lib/config/config.ts";
import { AppError } from "../../lib/errors.ts";

interface Run {
  readonly lines: string[];
  readonly error: unknown;
  /** Whether messages are still listened for. */
  readonly listening: boolean;
}

async function run(script: string, now: () => Date, later: string[] = []): Promise<Run> {
  const config = await loadConfig({
    file: "/etc/m/config.json",
    env: () => undefined,
    readFile: () =>
      Promise.resolve(JSON.stringify({
        proxmox: { host: "pve.example" },
        auth: { user: "a@pve", token_name: "t", token_value: "x" },
      })),
  });
  const lines: string[] = [];
  let listening = false;
  const error = await serveInWorker({
    module: new URL(`data:application/javascript,${encodeURIComponent(script)}`),
    config,
    start: "start",
    listen: (pass) => {
      listening = true;
      for (const message of later) pass(message);
      return { [Symbol.dispose]: () => void (listening = false) };
    },
    io: { err: (line) => lines.push(line), now },
  }).then(() => null, (error) => error);
  return { lines, error, listening };
}

Deno.test("serveInWorker starts a broken server again, five times a minute at most", async () => {
  const { lines, error } = await run("throw new Error('boom')", () => new Date(0));
  assert.equal(lines.length, 5);
  assert.match(lines[0] ?? "", /the server broke and is started again: Uncaught.* boom$/);
  assert.ok(error instanceof AppError);
  assert.equal(error.message, "Cannot keep the server up: it broke 6 times in a minute");
});

Deno.test("serveInWorker goes on for ever when the server breaks rarely", async () => {
  let minutes = 0;
  const { lines, error } = await run("throw new Error('boom')", () => {
    if (++minutes > 20) throw new Error("enough seen");
    return new Date(minutes * 60_000);
  });
  assert.equal(lines.length, 20);
  assert.equal((error as Error).message, "enough seen");
});

Deno.test("serveInWorker ends as the server ends, and listens no longer", async () => {
  const ended = await run("postMessage({ kind: 'ended' })", () => new Date(0));
  assert.deepEqual(ended, { lines: [], error: null, listening: false });
  const refused = await run("postMessage({ kind: 'refused', message: 'no' })", () => new Date(0));
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
  const { error } = await run(script, () => new Date(0), ["more", "stop"]);
  assert.equal((error as Error).message, "start more stop");
});
