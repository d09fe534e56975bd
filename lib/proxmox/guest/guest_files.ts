import { AppError } from "../../errors.ts";
import { isKind } from "../api/errors.ts";
import type { ParamsOf } from "../api/types.ts";
import type { Guest } from "./directory.ts";
import type { Pve } from "../pve.ts";
import { flag, text } from "../api/values.ts";

/** The most that Proxmox reads of a file in one request. */
export const MAX_READ_BYTES = 16 * 1024 * 1024;
/** The most characters that Proxmox writes; what is not ASCII travels as base64 and takes 4/3. */
export const MAX_WRITE_CHARACTERS = 60 * 1024;

export interface FileContent {
  readonly content: string;
  readonly encoding: "utf-8" | "base64";
  readonly bytes_read: number;
  readonly truncated: boolean;
}

/**
 * Reads a part of a file in a VM through its guest agent.
 *
 * @param part.count at most this many bytes, from `offset` on
 */
export async function readFile(
  pve: Pve,
  guest: Guest,
  { file, offset, count }: { file: string; offset: number; count: number },
): Promise<FileContent> {
  const part = { ...(offset > 0 ? { offset } : {}), ...(count < MAX_READ_BYTES ? { count } : {}) };
  let skipped = offset;
  const read = (params: typeof part) =>
    pve.get("/nodes/{node}/qemu/{vmid}/agent/file-read", guest, { file, ...params });
  const answer = await read(part).catch((error) => {
    // Proxmox VE 8 reads the first 16 MiB and knows neither parameter.
    const old = isKind(error, "unknown_parameters") &&
      ("count" in error.errors || "offset" in error.errors);
    if (!old) throw error;
    skipped = 0;
    return read({});
  });
  const all = bytesOf(text(answer.content) ?? "");
  const from = skipped === offset ? 0 : offset;
  if (from > 0 && from >= all.length && flag(answer.truncated)) {
    throw new AppError("unavailable", "this Proxmox reads only the first 16 MiB of a file");
  }
  const bytes = all.subarray(from, from + count);
  const truncated = flag(answer.truncated) || all.length > from + bytes.length;
  return { ...encode(bytes, truncated), truncated };
}

/**
 * The request body that writes a file in a VM. Proxmox encodes plain ASCII itself; anything else is
 * sent as base64, since its encoder fails on wide characters.
 *
 * @throws AppError `invalid` for broken base64 and for what is more than Proxmox takes
 */
export function fileBody(
  { file, content, encoding }: { file: string; content: string; encoding: "text" | "base64" },
): { body: ParamsOf<"/nodes/{node}/qemu/{vmid}/agent/file-write", "POST">; bytes: number } {
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
    bytes: bytes.length,
  };
}

/** Proxmox sends each byte of a file as one character from U+0000 to U+00FF. */
function bytesOf(content: string): Uint8Array {
  const bytes = new Uint8Array(content.length);
  for (let index = 0; index < content.length; index++) {
    const code = content.charCodeAt(index);
    if (code > 0xff) return new TextEncoder().encode(content);
    bytes[index] = code;
  }
  return bytes;
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

function fromBase64(content: string): Uint8Array {
  try {
    return Uint8Array.fromBase64(content);
  } catch (cause) {
    throw new AppError("invalid", "content is not base64", { cause });
  }
}
