import { AppError } from "../../errors.ts";
import { isKind } from "../api/errors.ts";
import type { Guest } from "./directory.ts";
import type { Pve } from "../pve.ts";
import { flag, number, text } from "../api/values.ts";

/** How a command in a guest ended. */
export interface CommandResult {
  readonly exit_code?: number;
  readonly signal?: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly stdout_truncated: boolean;
  readonly stderr_truncated: boolean;
}

const FIRST_POLL_MS = 100;
const SLOWEST_POLL_MS = 1_000;
const MAX_OUTPUT = 64 * 1024;

/** The argument vector that makes the guest's own shell run a command line. */
export async function shellOf(pve: Pve, guest: Guest, commandLine: string): Promise<string[]> {
  const config = await pve.get("/nodes/{node}/qemu/{vmid}/config", guest);
  return /^w(in|2k|xp|vista)/.test(text(config.ostype) ?? "")
    ? ["cmd.exe", "/c", commandLine]
    : ["/bin/sh", "-c", commandLine];
}

/**
 * Runs a program in a VM through the guest agent and waits for its end. The end can be read only
 * once, so each answer of `exec-status` is either "still running" or the result.
 *
 * @throws AppError `timeout` naming the pid when it still runs at the deadline
 */
export async function runInGuest(
  pve: Pve,
  guest: Guest,
  { argv, input, timeoutMs }: { argv: readonly string[]; input?: string; timeoutMs: number },
): Promise<CommandResult> {
  const started = await pve.post("/nodes/{node}/qemu/{vmid}/agent/exec", guest, {
    command: argv,
    "input-data": input,
  }).catch((error) => {
    throw explainBrokenPipe(error, argv[0] ?? "");
  });
  const none = { stdout: "", stderr: "", stdout_truncated: false, stderr_truncated: false };
  if (pve.dryRun) return none;
  const pid = number(started?.pid);
  if (pid === undefined) {
    throw new AppError("unavailable", "the guest agent started the command but named no process");
  }
  const begin = pve.now().getTime();
  for (let pause = FIRST_POLL_MS;; pause = Math.min(pause * 1.5, SLOWEST_POLL_MS)) {
    const status = await pve.get("/nodes/{node}/qemu/{vmid}/agent/exec-status", guest, {
      pid,
    });
    if (flag(status.exited)) return describeResult(status);
    const elapsed = pve.now().getTime() - begin;
    if (elapsed >= timeoutMs) {
      throw new AppError(
        "timeout",
        `the command (pid ${pid} in the guest) still runs after ${
          timeoutMs / 1000
        } s and goes on; its output is lost unless it writes to a file`,
      );
    }
    pve.progress(`pid ${pid} runs`, {
      progress: Math.round(elapsed / 1000),
      total: timeoutMs / 1000,
    });
    await pve.sleep(Math.min(pause, timeoutMs - elapsed));
  }
}

function describeResult(status: Record<string, unknown>): CommandResult {
  const exitCode = number(status.exitcode);
  const signal = number(status.signal);
  const stdout = text(status["out-data"]) ?? "";
  const stderr = text(status["err-data"]) ?? "";
  return {
    ...(exitCode === undefined ? {} : { exit_code: exitCode }),
    ...(signal === undefined ? {} : { signal }),
    stdout: stdout.slice(0, MAX_OUTPUT),
    stderr: stderr.slice(0, MAX_OUTPUT),
    stdout_truncated: flag(status["out-truncated"]) || stdout.length > MAX_OUTPUT,
    stderr_truncated: flag(status["err-truncated"]) || stderr.length > MAX_OUTPUT,
  };
}

/** A missing program makes Proxmox itself break the connection: seen on 9.2 as 596 after 5 s. */
function explainBrokenPipe(error: unknown, program: string): unknown {
  if (!isKind(error, "connection_broken")) return error;
  return error.withMessage(`${error.message}; often there is no ${program} in the guest`);
}
