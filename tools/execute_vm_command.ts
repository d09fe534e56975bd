import * as z from "zod";
import { aboutGuest } from "../lib/tool/about_guest.ts";
import { AppError, toAppError } from "../lib/errors.ts";
import { isKind, missedGuest } from "../lib/proxmox/api/errors.ts";
import { flag, number, text } from "../lib/proxmox/api/values.ts";
import { quoted } from "../lib/proxmox/console/guest_program.ts";
import { asBytes } from "../lib/proxmox/api/letters.ts";
import { agentText, asciiLine, isAscii } from "../lib/proxmox/guest/agent_bytes.ts";
import type { Guest } from "../lib/proxmox/guest/directory.ts";
import { requireRunning } from "../lib/proxmox/guest/checks.ts";
import type { Pve } from "../lib/proxmox/pve.ts";
import { changed, commandResult, dryRun, guestInput } from "../lib/tool/fields.ts";
import { defineTool, DESTROYS } from "../lib/tool/tool.ts";

const FIRST_POLL_MS = 100;
const SLOWEST_POLL_MS = 1_000;
/** How long a guest may be busy, frozen or between two nodes before a command in it is given up. */
const MOST_SILENT_MS = 30_000;
const MAX_OUTPUT = 64 * 1024;
/** In bytes. */
const MAX_INPUT = 64 * 1024;

/** How a command in a guest ended. */
type CommandResult = z.output<z.ZodObject<typeof commandResult>>;

export default defineTool({
  name: "execute_vm_command",
  title: "Run command in VM",
  description:
    "Runs a command in a VM through its guest agent and returns its output; a non-zero exit code is a result.",
  scope: "write",
  toolsets: ["guests", "core"],
  hints: { ...DESTROYS, openWorldHint: true },
  subject: "guest",
  privileges: [["/vms/{vmid}", "VM.GuestAgent.Unrestricted", "VM.Monitor"]],
  input: z.strictObject({
    ...guestInput,
    command: z.union([z.string().min(1), z.array(z.string()).min(1).max(256)])
      .refine((given) => given[0] !== "", "must name a program")
      .refine((given) => !String(given).includes("\0"), "must hold no NUL character")
      .describe("Program and arguments; a string is run by the guest's shell"),
    input_data: z.string().max(MAX_INPUT)
      .refine((text) => asBytes(text).length <= MAX_INPUT, "must be 64 KiB of UTF-8 at most")
      .optional().describe("Standard input"),
    timeout_seconds: z.int().min(1).max(3600).default(60),
    ...dryRun,
  }),
  output: z.object({
    ...changed,
    command: z.array(z.string()).optional().describe("What was run"),
    ...commandResult,
  }),
  verbatim: ["stdout", "stderr"],
  action: ({ vmid }) => `run the command in VM ${vmid}`,
  about: aboutGuest({
    type: "qemu",
    more: ({ command }) => [`command: ${JSON.stringify(command)}`],
  }),
  run: async (input, { pve }) => {
    const guest = await pve.find(input, { type: "qemu" });
    await requireRunning(pve, guest);
    const argv = await argvOf(pve, guest, input.command);
    const result = await runInGuest(pve, guest, {
      argv,
      ...(input.input_data === undefined ? {} : { input: input.input_data }),
      timeoutMs: input.timeout_seconds * 1000,
    });
    const notes = argv === input.command ? [] : [`run by the guest's shell: ${argv[0]}`];
    return { command: argv, ...result, ...(notes.length > 0 ? { notes } : {}) };
  },
});

/** What the guest is to run: a command line, and what the agent would not be handed whole, by its own shell. */
async function argvOf(
  pve: Pve,
  guest: Guest,
  command: string | string[],
): Promise<string[]> {
  if (typeof command !== "string" && command.every(isAscii)) return command;
  const { ostype } = await pve.get("/nodes/{node}/qemu/{vmid}/config", guest);
  if (!/^w(in|2k|xp|vista)/.test(text(ostype) ?? "")) {
    const line = typeof command === "string" ? command : `exec ${command.map(quoted).join(" ")}`;
    return ["/bin/sh", "-c", asciiLine(line)];
  }
  if (typeof command === "string" && isAscii(command)) return ["cmd.exe", "/c", command];
  throw new AppError(
    "invalid",
    `Proxmox hands commands to an agent in ASCII only: give the rest as input_data, or in a script; ${pve.advice.write_file}`,
  );
}

/**
 * Runs a program in a VM through the guest agent and waits for its end. The end can be read only
 * once, so each answer of `exec-status` is either "still running" or the result.
 *
 * @throws AppError `timeout` naming the pid when it still runs at the deadline
 */
async function runInGuest(
  pve: Pve,
  guest: Guest,
  { argv, input, timeoutMs }: { argv: readonly string[]; input?: string; timeoutMs: number },
): Promise<CommandResult> {
  const started = await pve.post("/nodes/{node}/qemu/{vmid}/agent/exec", guest, {
    command: argv,
    "input-data": input === undefined ? undefined : asBytes(input),
  }).catch((error) => {
    throw explainBrokenPipe(error, argv[0] ?? "");
  });
  const none = { stdout: "", stderr: "", stdout_truncated: false, stderr_truncated: false };
  if (pve.dryRun) return none;
  const pid = number(started?.pid);
  if (pid === undefined) {
    const state = "the guest agent started the command but named no process: its end is unknown";
    throw new AppError("unavailable", `${state}, look before running it again`);
  }
  return await followed(pve, guest, { pid, timeoutMs });
}

/** Waits for the end, wherever the guest is by then: a process moves with its guest. */
async function followed(
  pve: Pve,
  guest: Guest,
  { pid, timeoutMs }: { pid: number; timeoutMs: number },
): Promise<CommandResult> {
  const begin = pve.now().getTime();
  let heard = begin;
  let trouble: unknown;
  for (let pause = FIRST_POLL_MS;; pause = Math.min(pause * 1.5, SLOWEST_POLL_MS)) {
    try {
      const status = await pve.get("/nodes/{node}/qemu/{vmid}/agent/exec-status", guest, { pid });
      if (flag(status.exited)) return describeResult(status);
      trouble = undefined;
      heard = pve.now().getTime();
    } catch (error) {
      // An answer that came too late was the only one: the agent knows its process no more.
      const told = isKind(trouble, "agent_stuck") ? trouble : error;
      if (!mayPass(error)) throw unfollowed(told, pid);
      trouble = error;
      if (isKind(error, "missing")) {
        guest = await pve.find({ vmid: guest.vmid }).catch((cause) => {
          throw unfollowed(cause, pid);
        });
      }
    }
    const now = pve.now().getTime();
    const ended = now - begin >= timeoutMs;
    if (trouble !== undefined && (ended || now - heard >= MOST_SILENT_MS)) {
      throw unfollowed(trouble, pid);
    }
    const seconds = timeoutMs / 1000;
    if (ended) {
      throw new AppError(
        "timeout",
        `the command (pid ${pid} in the guest) still runs after ${seconds} s and goes on; its output is lost unless it writes to a file`,
      );
    }
    pve.progress(`pid ${pid} runs`, {
      progress: Math.round((now - begin) / 1000),
      total: seconds,
    });
    await pve.sleep(Math.min(pause, begin + timeoutMs - now)).catch((error) => {
      throw unfollowed(error, pid);
    });
  }
}

/** True for a guest that is busy, frozen for a snapshot, or on another node now. */
function mayPass(error: unknown): boolean {
  return isKind(error, "agent_away", "agent_blocked", "agent_stuck") ||
    (isKind(error, "missing") && missedGuest(error) !== undefined);
}

/** The end of a command that runs, or has run, can no longer be read. */
function unfollowed(error: unknown, pid: number): AppError {
  const { code, message } = toAppError(error);
  const much = isKind(error, "agent_stuck")
    ? "; megabytes of output take an agent too long: write them to a file"
    : "";
  // What is not found is the process, since an answer that was lost cannot be read again.
  return new AppError(
    code === "not_found" ? "unavailable" : code,
    `the command was started (pid ${pid} in the guest), but its end is unknown: ${message}${much}; look before running it again`,
    { cause: error },
  );
}

function describeResult(status: Record<string, unknown>): CommandResult {
  const exitCode = number(status.exitcode);
  const signal = number(status.signal);
  const cutOut = flag(status["out-truncated"]);
  const cutErr = flag(status["err-truncated"]);
  const stdout = agentText(text(status["out-data"]) ?? "", { truncated: cutOut });
  const stderr = agentText(text(status["err-data"]) ?? "", { truncated: cutErr });
  return {
    ...(exitCode === undefined ? {} : { exit_code: exitCode }),
    ...(signal === undefined ? {} : { signal }),
    stdout: stdout.slice(0, MAX_OUTPUT),
    stderr: stderr.slice(0, MAX_OUTPUT),
    stdout_truncated: cutOut || stdout.length > MAX_OUTPUT,
    stderr_truncated: cutErr || stderr.length > MAX_OUTPUT,
  };
}

/** What the agent says of a program that cannot be run breaks Proxmox's own answer: seen on 9.2 as 596 after 5 s. */
function explainBrokenPipe(error: unknown, program: string): unknown {
  if (!isKind(error, "connection_broken")) return error;
  return error.withMessage(
    `${error.message}; most often the guest has no program ${program} that can be run: as a string the guest's shell takes the command and says so`,
  );
}
