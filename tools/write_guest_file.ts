import * as z from "zod";
import { aboutGuest } from "../lib/tool/about_guest.ts";
import { AppError } from "../lib/errors.ts";
import type { ParamsOf } from "../lib/proxmox/api/types.ts";
import { writeContainerFile } from "../lib/proxmox/console/files.ts";
import { assertAgentPath } from "../lib/proxmox/guest/agent_bytes.ts";
import { isContainer } from "../lib/proxmox/guest/directory.ts";
import { requireRunning } from "../lib/proxmox/guest/checks.ts";
import { changed, dryRun, guestInput } from "../lib/tool/fields.ts";
import { defineTool, DESTROYS } from "../lib/tool/tool.ts";

/** The most characters that Proxmox writes; what is not ASCII travels as base64 and takes 4/3. */
const MAX_WRITE_CHARACTERS = 60 * 1024;

export default defineTool({
  name: "write_guest_file",
  title: "Write file in VM or container",
  description:
    "Writes a file in a VM by its guest agent (a new one with mode 0666), or in a container by its terminal where that is on, replacing what it held. At most 60 KiB of ASCII or 45 KiB of other content.",
  scope: "write",
  toolsets: ["guests"],
  hints: { ...DESTROYS, idempotentHint: true },
  subject: "guest",
  privileges: [[
    "/vms/{vmid}",
    "VM.GuestAgent.FileWrite",
    "VM.GuestAgent.Unrestricted",
    "VM.Monitor",
    "VM.Console",
  ]],
  input: z.strictObject({
    ...guestInput,
    file: z.string().min(1).max(4096).describe("Absolute path"),
    content: z.string().max(MAX_WRITE_CHARACTERS),
    encoding: z.enum(["text", "base64"]).default("text").describe("base64 for binary content"),
    ...dryRun,
  }),
  output: z.object({ ...changed, bytes_written: z.number().optional() }),
  action: ({ vmid, file }) => `write ${file} in guest ${vmid}`,
  about: aboutGuest(),
  run: async (input, { pve, isOn }) => {
    const { body, bytes } = fileBody(input);
    const guest = await pve.claim(input, isOn("container_exec") ? {} : { type: "qemu" });
    const { node, vmid } = guest;
    if (isContainer(guest)) {
      await writeContainerFile(pve, guest, { file: input.file, bytes });
      return { bytes_written: bytes.length };
    }
    assertAgentPath(input.file, pve.advice);
    await requireRunning(pve, guest);
    await pve.post("/nodes/{node}/qemu/{vmid}/agent/file-write", { node, vmid }, body);
    return { bytes_written: bytes.length };
  },
});

/**
 * The request body that writes a file in a VM. Proxmox encodes plain ASCII itself; anything else is
 * sent as base64, since its encoder fails on wide characters.
 *
 * @throws AppError `invalid` for broken base64 and for what is more than Proxmox takes
 */
function fileBody(
  { file, content, encoding }: { file: string; content: string; encoding: "text" | "base64" },
): { body: ParamsOf<"/nodes/{node}/qemu/{vmid}/agent/file-write", "POST">; bytes: Uint8Array } {
  const bytes = encoding === "text" ? new TextEncoder().encode(content) : fromBase64(content);
  const ascii = encoding === "text" && bytes.length === content.length;
  const sent = ascii ? content : bytes.toBase64();
  if (sent.length > MAX_WRITE_CHARACTERS) {
    throw new AppError(
      "invalid",
      `${bytes.length} bytes are more than Proxmox writes at once: ${MAX_WRITE_CHARACTERS} bytes of ASCII text, ` +
        `${MAX_WRITE_CHARACTERS / 4 * 3} bytes of anything else`,
    );
  }
  return {
    body: { file, content: sent, ...(ascii ? {} : { encode: false }) },
    bytes,
  };
}

function fromBase64(content: string): Uint8Array {
  try {
    return Uint8Array.fromBase64(content);
  } catch (cause) {
    throw new AppError("invalid", "content is not base64", { cause });
  }
}
