import { text } from "../api/values.ts";

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

/** A text of those files that Proxmox reads back in the same way: `jobs.cfg` and `ha/resources.cfg` of 9.2.11. */
export function textOfBytes(value: unknown): string | undefined {
  const given = text(value);
  return given === undefined ? undefined : agentText(given, { truncated: false });
}

/** A text for the guest. */
export function forAgent(text: string): string {
  return Array.from(new TextEncoder().encode(text), (byte) => String.fromCharCode(byte)).join("");
}
