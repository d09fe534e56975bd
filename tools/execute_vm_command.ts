import * as z from "zod";
import { changed, dryRun, guestInput } from "../lib/tool/fields.ts";
import { runInGuest, shellOf } from "../lib/proxmox/guest/agent.ts";
import { currentState } from "../lib/proxmox/guest/power.ts";
import { defineTool } from "../lib/tool/tool.ts";

export default defineTool({
  name: "execute_vm_command",
  title: "Run command in VM",
  description:
    "Runs a command in a VM through its guest agent and returns its output; a non-zero exit code is a result.",
  scope: "write",
  hints: {
    readOnlyHint: false,
    destructiveHint: true,
    idempotentHint: false,
    openWorldHint: true,
  },
  subject: "guest",
  privileges: [["/vms/{vmid}", "VM.GuestAgent.Unrestricted", "VM.Monitor"]],
  input: z.strictObject({
    ...guestInput,
    command: z.union([z.string().min(1), z.array(z.string()).min(1).max(256)])
      .describe("Program and arguments; a string is run by the guest's shell"),
    input_data: z.string().max(65_536).optional().describe("Standard input"),
    timeout_seconds: z.int().min(1).max(3600).default(60),
    ...dryRun,
  }),
  output: z.object({
    ...changed,
    command: z.array(z.string()).optional().describe("What was run"),
    exit_code: z.int().optional(),
    signal: z.int().optional(),
    stdout: z.string().optional(),
    stderr: z.string().optional(),
    stdout_truncated: z.boolean().optional(),
    stderr_truncated: z.boolean().optional(),
  }),
  action: ({ vmid }) => `run the command in VM ${vmid}`,
  run: async (input, { pve }) => {
    const guest = await pve.find(input, { type: "qemu" });
    const { status } = await currentState(pve, guest);
    pve.check("is running", status === "running", `VM ${guest.vmid} is ${status}; start it first`);
    const argv = typeof input.command === "string"
      ? await shellOf(pve, guest, input.command)
      : input.command;
    const result = await runInGuest(pve, guest, {
      argv,
      ...(input.input_data === undefined ? {} : { input: input.input_data }),
      timeoutMs: input.timeout_seconds * 1000,
    });
    const notes = typeof input.command === "string" ? [`run by the guest's shell: ${argv[0]}`] : [];
    return { command: argv, ...result, ...(notes.length > 0 ? { notes } : {}) };
  },
});
