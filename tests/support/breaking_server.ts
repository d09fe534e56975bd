/** A server in several workers; each of these signals breaks the worker at its place. */
import { processIo } from "../../lib/cli/io.ts";
import { runInWorkers } from "../../lib/cli/serve/in_workers.ts";
import { loadConfig } from "../../lib/config/config.ts";
import { BREAKS, FAULT, STICKS } from "./breaks.ts";

const [file = "", lookMs] = Deno.args;
const config = await loadConfig({ file, env: () => undefined });
const { workers } = config.server;

const channel = new BroadcastChannel("break");
BREAKS.forEach((signal, index) => {
  Deno.addSignalListener(signal, () => channel.postMessage(index));
});
Deno.addSignalListener(FAULT, () => channel.postMessage("fault"));
Deno.addSignalListener(STICKS, () => channel.postMessage("stick"));
const io = processIo();
const end = runInWorkers({
  module: new URL("breaking_worker.ts", import.meta.url),
  config,
  count: Number(workers),
  permissions: "inherit",
  start: (place) => ({
    kind: "start",
    args: { config: file },
    local: undefined,
    version: "0.0.0-test",
    way: "worker",
    place,
  }),
  io,
  ...(lookMs === undefined ? {} : { lookMs: Number(lookMs) }),
});
Deno.exit(
  await end.then(() => 0, (error) => {
    io.err(error.message);
    return 1;
  }),
);
