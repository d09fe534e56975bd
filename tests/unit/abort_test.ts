import assert from "node:assert/strict";
import { AppError } from "../../lib/errors.ts";
import { abortFailure, unlessAborted } from "../../lib/upstream/abort.ts";
import { Client } from "../../lib/proxmox/api/client.ts";
import { apiPath } from "../../lib/upstream/path.ts";
import { until } from "../support/until.ts";

Deno.test("a call that waits for its turn is given up at once, and takes nobody's place", async () => {
  const hanging: ((response: Response) => void)[] = [];
  const client = new Client({
    hosts: ["pve"],
    port: 8006,
    user: "root@pam",
    tokenName: "mcp",
    tokenValue: "secret",
    timeoutMs: 60_000,
    transport: () => new Promise((resolve) => hanging.push(resolve)),
    dial: () => Promise.reject(new Error("not dialled")),
    sleep: () => Promise.resolve(),
    random: () => 0,
    clock: () => 0,
  });
  const { signal } = new AbortController();
  const ask = () => client.request("GET", apiPath("/version"), { signal });
  const running = Array.from({ length: 8 }, ask);
  await until(() => hanging.length === 8);
  const impatient = new AbortController();
  const waiting = client.request("GET", apiPath("/version"), { signal: impatient.signal });
  const patient = ask();
  impatient.abort();
  await assert.rejects(waiting, { code: "timeout", message: /the call was cancelled/ });
  assert.equal(hanging.length, 8);
  for (const answer of hanging.splice(0)) answer(Response.json({ data: 1 }));
  await Promise.all(running);
  await until(() => hanging.length === 1);
  hanging[0]?.(Response.json({ data: 2 }));
  assert.equal((await patient).data, 2);
});

Deno.test("unlessAborted waits no longer than the signal lets it, and leaves no listener", async () => {
  const never = new Promise<never>(() => {});
  await assert.rejects(unlessAborted(never, AbortSignal.abort()), { code: "timeout" });
  const abort = new AbortController();
  assert.equal(await unlessAborted(Promise.resolve(1), abort.signal), 1);
  const waiting = unlessAborted(never, abort.signal);
  const reason = new AppError("conflict", "somebody was faster");
  abort.abort(reason);
  await assert.rejects(waiting, reason);
  assert.match(
    abortFailure(AbortSignal.abort(), true).message,
    /whether the change was made is unknown/,
  );
  const late = AbortSignal.abort(new DOMException("too late", "TimeoutError"));
  assert.match(abortFailure(late, false).message, /^Proxmox did not answer in time$/);
});
