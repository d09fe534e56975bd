import * as z from "zod";
import { changed, dryRun, guestInput } from "../lib/tool/fields.ts";
import { fileBody, MAX_WRITE_CHARACTERS } from "../lib/proxmox/guest/guest_files.ts";
import { currentState } from "../lib/proxmox/guest/power.ts";
import { defineTool, DESTROYS } from "../lib/tool/tool.ts";

export default defineTool({
  name: "write_guest_file",
  title: "Write file in VM",
  description:
    "Writes a file in a VM through its guest agent, replacing what it held. At most 60 KiB of ASCII or 45 KiB of other content.",
  scope: "write",
  hints: { ...DESTROYS, idempotentHint: true },
  subject: "guest",
  privileges: [[
    "/vms/{vmid}",
    "VM.GuestAgent.FileWrite",
    "VM.GuestAgent.Unrestricted",
    "VM.Monitor",
  ]],
  input: z.strictObject({
    ...guestInput,
    file: z.string().min(1).max(4096).describe("Absolute path"),
    content: z.string().max(MAX_WRITE_CHARACTERS),
    encoding: z.enum(["text", "base64"]).default("text").describe("base64 for binary content"),
    ...dryRun,
  }),
  output: z.object({ ...changed, bytes_written: z.number().optional() }),
  action: ({ vmid, file }) => `write ${file} in VM ${vmid}`,
  run: async (input, { pve }) => {
    const { body, bytes } = fileBody(input);
    const guest = await pve.claim(input, { type: "qemu" });
    const { node, vmid } = guest;
    const { status } = await currentState(pve, guest);
    pve.check("is running", status === "running", `VM ${vmid} is ${status}; start it first`);
    await pve.post("/nodes/{node}/qemu/{vmid}/agent/file-write", { node, vmid }, body);
    return { bytes_written: bytes };
  },
});
