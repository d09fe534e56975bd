import * as z from "zod";
import { compact } from "../proxmox/api/values.ts";
import { clip } from "../proxmox/clip.ts";
import type { Difference } from "../proxmox/history/differences.ts";

/** One setting, or one part of one, that is not the same. */
export const differenceRow = z.object({
  key: z.string(),
  part: z.string().describe("of a value like bridge=vmbr0,firewall=1"),
  from: z.string(),
  to: z.string(),
}).partial();

/** What is told of a difference, its values cut to this many characters. */
export function toldDifference({ key, part, from, to }: Difference, most: number) {
  const shown = (value: string | undefined) => value === undefined ? undefined : clip(value, most);
  return compact({ key, part, from: shown(from), to: shown(to) });
}
