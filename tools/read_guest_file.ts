import * as z from "zod";
import { guestInput } from "../lib/tool/fields.ts";
import { MAX_READ_BYTES, readFile } from "../lib/proxmox/guest/guest_files.ts";
import { defineTool, READS } from "../lib/tool/tool.ts";

export default defineTool({
  name: "read_guest_file",
  title: "Read file in VM",
  description: "Reads a file in a VM through its guest agent, in parts of up to 512 KiB.",
  scope: "write",
  hints: READS,
  subject: "guest",
  privileges: [[
    "/vms/{vmid}",
    "VM.GuestAgent.FileRead",
    "VM.GuestAgent.Unrestricted",
    "VM.Monitor",
  ]],
  input: z.strictObject({
    ...guestInput,
    file: z.string().min(1).max(4096).describe("Absolute path"),
    offset: z.int().min(0).max(MAX_READ_BYTES * 1024).default(0).describe("Bytes"),
    max_bytes: z.int().min(1).max(512 * 1024).default(64 * 1024),
  }),
  output: z.object({
    content: z.string(),
    encoding: z.enum(["utf-8", "base64"]),
    bytes_read: z.number(),
    truncated: z.boolean(),
    next_offset: z.number().optional(),
  }),
  action: ({ vmid, file }) => `read ${file} in VM ${vmid}`,
  run: async (input, { pve }) => {
    const guest = await pve.find(input, { type: "qemu" });
    const { file, offset, max_bytes: count } = input;
    const result = await readFile(pve, guest, { file, offset, count });
    return {
      ...result,
      ...(result.truncated ? { next_offset: offset + result.bytes_read } : {}),
    };
  },
});
