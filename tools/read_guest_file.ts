import * as z from "zod";
import { AppError } from "../lib/errors.ts";
import { isKind } from "../lib/proxmox/api/errors.ts";
import { garbled } from "../lib/proxmox/api/failures.ts";
import { flag, text } from "../lib/proxmox/api/values.ts";
import { readContainerFile } from "../lib/proxmox/console/files.ts";
import { agentBytes, assertAgentPath } from "../lib/proxmox/guest/agent_bytes.ts";
import { requireRunning } from "../lib/proxmox/guest/checks.ts";
import { type Guest, isContainer } from "../lib/proxmox/guest/directory.ts";
import type { Pve } from "../lib/proxmox/pve.ts";
import { guestInput } from "../lib/tool/fields.ts";
import { defineTool, READS } from "../lib/tool/tool.ts";

/** The most that Proxmox reads of a file in one request. */
const MAX_READ_BYTES = 16 * 1024 * 1024;

interface FileContent {
  readonly content: string;
  readonly encoding: "utf-8" | "base64";
  readonly bytes_read: number;
  readonly truncated: boolean;
}

export default defineTool({
  name: "read_guest_file",
  title: "Read file in VM or container",
  description:
    "Reads a file in a VM through its guest agent, or in a container through its terminal where that is switched on, in parts of up to 512 KiB.",
  scope: "write",
  toolsets: ["guests"],
  hints: READS,
  subject: "guest",
  privileges: [[
    "/vms/{vmid}",
    "VM.GuestAgent.FileRead",
    "VM.GuestAgent.Unrestricted",
    "VM.Monitor",
    "VM.Console",
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
  verbatim: ["content"],
  action: ({ vmid, file }) => `read ${file} in guest ${vmid}`,
  run: async (input, { pve, isOn }) => {
    const guest = await pve.find(input, isOn("container_exec") ? {} : { type: "qemu" });
    const { file, offset, max_bytes: count } = input;
    const result = isContainer(guest)
      ? await readFromContainer(pve, guest, { file, offset, count })
      : await readFile(pve, guest, { file, offset, count });
    return {
      ...result,
      ...(result.truncated ? { next_offset: offset + result.bytes_read } : {}),
    };
  },
});

async function readFromContainer(
  pve: Pve,
  guest: Guest<"lxc">,
  part: { file: string; offset: number; count: number },
): Promise<FileContent> {
  const { bytes, truncated } = await readContainerFile(pve, guest, part);
  return { ...encode(bytes, truncated), truncated };
}

/**
 * Reads a part of a file in a VM through its guest agent.
 *
 * @param part.count at most this many bytes, from `offset` on
 */
async function readFile(
  pve: Pve,
  guest: Guest,
  { file, offset, count }: { file: string; offset: number; count: number },
): Promise<FileContent> {
  // One byte more tells whether there is more: the agent sees an end only when it reads beyond it.
  const part = { ...(offset > 0 ? { offset } : {}), count: count + 1 };
  assertAgentPath(file, pve.advice);
  await requireRunning(pve, guest);
  let skipped = offset;
  const read = (params: Partial<typeof part>) =>
    pve.get("/nodes/{node}/qemu/{vmid}/agent/file-read", guest, { file, ...params });
  const answer = await read(part).catch((error) => {
    // Proxmox VE 8 reads the first 16 MiB and knows neither parameter.
    const old = isKind(error, "unknown_parameters") &&
      ("count" in error.errors || "offset" in error.errors);
    if (!old) throw error;
    skipped = 0;
    return read({});
  });
  if (answer.content === undefined) throw garbled("the guest agent's answer holds no content");
  const all = agentBytes(text(answer.content) ?? "");
  const from = skipped === offset ? 0 : offset;
  if (from > 0 && from >= all.length && flag(answer.truncated)) {
    throw new AppError("unavailable", "this Proxmox reads only the first 16 MiB of a file");
  }
  const bytes = all.subarray(from, from + count);
  const truncated = flag(answer.truncated) || all.length > from + bytes.length;
  return { ...encode(bytes, truncated), truncated };
}

/** Text where it is valid UTF-8; a character that the cut went through is left for the next part. */
function encode(bytes: Uint8Array, truncated: boolean): Omit<FileContent, "truncated"> {
  try {
    const content = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true })
      .decode(bytes, { stream: truncated });
    if (!content.includes("\0") && (content !== "" || bytes.length === 0)) {
      const length = new TextEncoder().encode(content).length;
      return { content, encoding: "utf-8", bytes_read: length };
    }
  } catch {
    // Not UTF-8, so it is told as bytes.
  }
  return { content: bytes.toBase64(), encoding: "base64", bytes_read: bytes.length };
}
