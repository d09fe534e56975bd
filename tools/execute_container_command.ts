import * as z from "zod";
import { AppError } from "../lib/errors.ts";
import { runInContainer } from "../lib/proxmox/console/command.ts";
import { quoted } from "../lib/proxmox/console/guest_program.ts";
import { aboutGuest } from "../lib/tool/about_guest.ts";
import { changed, commandResult, dryRun, guestInput } from "../lib/tool/fields.ts";
import { defineTool, DESTROYS } from "../lib/tool/tool.ts";

/** A terminal takes a few kilobytes at a time. */
const MAX_COMMAND = 32 * 1024;
const LONGEST_SIGNAL = 31;

export default defineTool({
  name: "execute_container_command",
  title: "Run command in container",
  description:
    "Runs a command in a container through its Proxmox terminal and returns its output; a non-zero exit code is a result. Needs the container's option cmode to be shell.",
  scope: "write",
  toolsets: ["guests"],
  hints: { ...DESTROYS, openWorldHint: true },
  subject: "guest",
  switchedOnBy: "container_exec",
  privileges: [["/vms/{vmid}", "VM.Console"]],
  input: z.strictObject({
    ...guestInput,
    command: z.union([
      z.string().min(1).max(MAX_COMMAND),
      z.array(z.string().max(MAX_COMMAND)).min(1).max(256),
    ]).describe("Program and arguments; a string is run by the container's /bin/sh"),
    user: z.string().regex(/^[a-zA-Z_][a-zA-Z0-9_.-]{0,31}$/, "must be a user's name").optional()
      .describe("Default: root"),
    input_data: z.string().max(65_536).optional().describe("Standard input"),
    timeout_seconds: z.int().min(1).max(3600).default(60),
    ...dryRun,
  }),
  output: z.object({
    ...changed,
    command: z.array(z.string()).optional().describe("What was run"),
    ...commandResult,
  }),
  verbatim: ["stdout", "stderr"],
  action: ({ vmid }) => `run the command in container ${vmid}`,
  about: aboutGuest({
    type: "lxc",
    more: (
      { command, user },
    ) => [`command: ${JSON.stringify(command)}`, `as: ${user ?? "root"}`],
  }),
  run: async (input, { pve }) => {
    const argv = typeof input.command === "string"
      ? ["/bin/sh", "-c", input.command]
      : input.command;
    const script = typeof input.command === "string"
      ? input.command
      : `exec ${argv.map(quoted).join(" ")}`;
    if (script.length > MAX_COMMAND || script.includes("\0")) {
      throw new AppError(
        "invalid",
        `a command has at most ${MAX_COMMAND} characters, none of them NUL`,
      );
    }
    const guest = await pve.find(input, { type: "lxc" });
    const result = await runInContainer(pve, guest, {
      script,
      user: input.user,
      input: new TextEncoder().encode(input.input_data ?? ""),
      timeoutSeconds: input.timeout_seconds,
    });
    if (result === undefined) return {};
    const { status, stdout, stderr, sizes, wroteTooMuch } = result;
    const ended = status > 128 && status <= 128 + LONGEST_SIGNAL;
    return {
      command: argv,
      ...(ended ? { signal: status - 128 } : { exit_code: status }),
      stdout: new TextDecoder().decode(stdout),
      stderr: new TextDecoder().decode(stderr),
      stdout_truncated: sizes.stdout > stdout.length,
      stderr_truncated: sizes.stderr > stderr.length,
      ...(wroteTooMuch ? { notes: ["it was ended because it wrote more than 16 MiB"] } : {}),
    };
  },
});
