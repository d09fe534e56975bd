import { clip } from "../clip.ts";
import type { Reader } from "../kept_reader.ts";
import { compact, flag, number, text } from "../api/values.ts";

/** A physical disk of a node. */
export type Disk = Awaited<ReturnType<typeof readDisks>>[number];

/** Reads a node's disks. Proxmox wakes sleeping ones to ask for their health. */
export async function readDisks(pve: Reader, node: string) {
  const rows = await pve.list("/nodes/{node}/disks/list", { node });
  return rows.map((row) =>
    compact({
      node,
      device: text(row.devpath),
      model: clip(text(row.model) ?? "", 100) || undefined,
      serial: text(row.serial),
      type: text(row.type),
      size_bytes: number(row.size),
      used_as: text(row.used) ?? (flag(row.mounted) ? "mounted" : undefined),
      /** In SMART's words; `UNKNOWN` where there is no SMART, as in many virtual and RAID disks. */
      health: text(row.health) ?? "UNKNOWN",
      // What Proxmox calls wearout is the share of its life that is left; "N/A" for most disks.
      life_left_percent: number(row.wearout),
    })
  );
}
