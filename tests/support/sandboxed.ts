import { loadConfig } from "../../lib/config/config.ts";
import { serveInWorker } from "../../lib/sandbox/worker.ts";

export interface Run {
  readonly lines: string[];
  readonly error: unknown;
  /** Whether messages are still listened for. */
  readonly listening: boolean;
}

/** Runs a script as the server in its worker, and passes these messages on to it. */
export async function runSandboxed(
  script: string,
  { now, later = [] }: { now: () => Date; later?: readonly string[] },
): Promise<Run> {
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
    restarts: true,
    listen: (pass) => {
      listening = true;
      for (const message of later) pass(message);
      return { [Symbol.dispose]: () => void (listening = false) };
    },
    io: { err: (line) => lines.push(line), now },
  }).then(() => null, (error) => error);
  return { lines, error, listening };
}
