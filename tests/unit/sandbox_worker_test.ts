import assert from "node:assert/strict";
import { serveSealed } from "../../lib/sandbox/worker.ts";
import { loadConfig } from "../../lib/config/config.ts";
import { AppError } from "../../lib/errors.ts";

async function seal(script: string, now: () => Date): Promise<{ lines: string[]; error: unknown }> {
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
  const io = { out: () => {}, err: (line: string) => lines.push(line), env: () => undefined, now };
  const module = new URL(`data:application/javascript,${encodeURIComponent(script)}`);
  const context = { io, version: "1", setStatus: () => {} };
  const error = await serveSealed(context, { config, args: {}, module })
    .then(() => null, (error) => error);
  return { lines, error };
}

Deno.test("serveSealed starts a broken server again, five times a minute at most", async () => {
  const { lines, error } = await seal("throw new Error('boom')", () => new Date(0));
  assert.equal(lines.length, 5);
  assert.match(lines[0] ?? "", /the server broke and is started again: Uncaught.* boom$/);
  assert.ok(error instanceof AppError);
  assert.equal(error.message, "Cannot keep the server up: it broke 6 times in a minute");
});

Deno.test("serveSealed goes on for ever when the server breaks rarely", async () => {
  let minutes = 0;
  const { lines, error } = await seal("throw new Error('boom')", () => {
    if (++minutes > 20) throw new Error("enough seen");
    return new Date(minutes * 60_000);
  });
  assert.equal(lines.length, 20);
  assert.equal((error as Error).message, "enough seen");
});

Deno.test("serveSealed ends as the server ends", async () => {
  const ended = await seal("postMessage({ kind: 'ended' })", () => new Date(0));
  assert.deepEqual(ended, { lines: [], error: null });
  const refused = await seal("postMessage({ kind: 'refused', message: 'no' })", () => new Date(0));
  assert.equal((refused.error as Error).message, "no");
});
