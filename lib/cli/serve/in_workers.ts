import type { Config } from "../../config/config.ts";
import { bindTo, closeQuietly } from "../../http/bind.ts";
import { openRotating } from "../../log/log.ts";
import { serveInWorkers } from "../../sandbox/fleet.ts";
import type { LineTarget } from "../../siblings/messages.ts";
import type { Place } from "../../siblings/siblings.ts";
import type { Io } from "../io.ts";
import { keepOn } from "./failures.ts";
import { LineQueue } from "./line_queue.ts";
import { listenToSignals } from "./signals.ts";
import type { ToServer } from "./worker.ts";

const FLUSH_MS = 1_000;

export interface WorkersOptions {
  readonly module: URL;
  readonly config: Config;
  readonly count: number;
  readonly permissions: Deno.PermissionOptions;
  readonly start: (place: Place) => ToServer;
  readonly io: Io;
  /** See `watchPulses`. */
  readonly lookMs?: number;
}

/** Runs a server in several workers that listen on one port; their lines come together here. */
export async function runInWorkers(options: WorkersOptions): Promise<void> {
  const { config, io } = options;
  // Another server that shares its port would take a part of the callers.
  closeQuietly(bindTo(config.server, { certificate: null }));
  const lines = io.writeErr === undefined ? undefined : new LineQueue({ write: io.writeErr });
  const err = lines === undefined ? io.err : (line: string) => lines.push(line);
  const { audit_file, file } = config.logging;
  const open = (path: string | null) => path === null ? null : openRotating(path, { stderr: err });
  // What fails on this side would end all workers at once.
  using _failures = keepOn((message) => err(`proxmox-mcp: ${message}`));
  const targets = { file: open(file), audit: open(audit_file), stderr: { write: err } };
  try {
    await serveInWorkers<ToServer>({
      ...options,
      stop: { kind: "signal", signal: "stop" },
      io: { err, now: io.now },
      listen: (pass) =>
        listenToSignals((signal) => {
          const to = signal === "halt" || signal === "resume" ? "first" : "all";
          pass({ kind: "signal", signal }, { to, ends: signal === "stop" });
        }),
      write: (to: LineTarget, lines) => targets[to]?.write(lines),
      reopen: () => [targets.file, targets.audit].forEach((each) => each?.reopen()),
    });
  } finally {
    for (const each of [targets.file, targets.audit]) each?.close();
    await lines?.flush(FLUSH_MS);
  }
}
