import { AppError } from "../../errors.ts";
import type { Advice } from "../advice.ts";

/**
 * What comes out of a guest or goes into it through its agent: Proxmox takes the agent's base64 apart and sends
 * each byte as one character from U+0000 to U+00FF, and puts what it is given together the same way, where a
 * character beyond is an error of its encoder (`PVE::QemuServer::Agent`).
 */
export function agentBytes(content: string): Uint8Array {
  const bytes = new Uint8Array(content.length);
  for (let index = 0; index < content.length; index++) {
    const code = content.charCodeAt(index);
    if (code > 0xff) return new TextEncoder().encode(content);
    bytes[index] = code;
  }
  return bytes;
}

/** A text of the guest's; what is no UTF-8, as from Windows' own code pages, stays one character a byte. */
export function agentText(content: string, { truncated }: { truncated: boolean }): string {
  try {
    // A character that the cut went through is left out.
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true })
      .decode(agentBytes(content), { stream: truncated });
  } catch {
    return content;
  }
}

export function isAscii(text: string): boolean {
  return /^[\0-\x7f]*$/.test(text);
}

/**
 * A command line in ASCII that a POSIX shell runs like the given one. `PVE::QMPClient` cuts its request short
 * by what characters take beyond one byte each, and the agent waits for the end of that request ever after.
 */
export function asciiLine(line: string): string {
  if (isAscii(line)) return line;
  const escaped = Array.from(new TextEncoder().encode(line), (byte) => {
    const character = String.fromCharCode(byte);
    return byte > 0x7f || character === "'" || character === "\\"
      ? `\\0${byte.toString(8).padStart(3, "0")}`
      : character;
  });
  return `eval "$(printf %b '${escaped.join("")}')"`;
}

/** @throws AppError `invalid` for a path that an agent would not be handed whole, see `asciiLine` */
export function assertAgentPath(file: string, advice: Advice): void {
  if (isAscii(file) && !file.includes("\0")) return;
  throw new AppError(
    "invalid",
    `Proxmox hands paths to an agent in ASCII only; for this one ${advice.command}`,
  );
}
