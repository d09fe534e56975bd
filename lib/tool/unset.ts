import * as z from "zod";
import type { GuestType } from "../proxmox/guest/directory.ts";
import { unsettable } from "../proxmox/guest/unset.ts";

/**
 * Settings to be put back to their default, by a tool's own names or Proxmox's; gives Proxmox's.
 *
 * @param options.names the tool's names that are not Proxmox's
 */
export function unsetField(options: { type: GuestType; names: Readonly<Record<string, string>> }) {
  return z.array(z.string().max(100)).max(50).transform((given, context) => {
    const found = given.map((name) => unsettable(name, options));
    for (const { problem } of found) {
      if (problem !== undefined) context.addIssue({ code: "custom", message: problem });
    }
    return [...new Set(found.flatMap(({ key }) => key === undefined ? [] : [key]))];
  });
}

/** Takes back what a failed or earlier change has left waiting. */
export const revertField = z.boolean().default(false)
  .describe("Take back what waits for the next start");
