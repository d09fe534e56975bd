/** Tries what a locked server must not do where `serve` would run it: here, or in a worker of its own. */
import { loadConfig } from "../../lib/config/config.ts";
import { processIo } from "../../lib/cli/io.ts";
import { holding } from "../../lib/sandbox/held.ts";
import { serveInWorker } from "../../lib/sandbox/worker.ts";
import { sayEscapes } from "./escapes.ts";

const io = processIo();
const targets = JSON.parse(Deno.args.at(-1) ?? "{}");
const [file] = Deno.args.map((arg) => /^--default-config=(.*)/.exec(arg)?.[1]);
const config = await loadConfig({ file, env: io.env });
if (holding(config).tooWide.length === 0) await sayEscapes(targets);
else {
  await serveInWorker({
    module: new URL("./escapes_worker.ts", import.meta.url),
    config,
    start: targets,
    restarts: true,
    listen: () => ({ [Symbol.dispose]: () => {} }),
    io,
  });
}
