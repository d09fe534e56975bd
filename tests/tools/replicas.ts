import type { Site } from "../site.ts";
import { guest } from "./guests.ts";

/** Puts the disks of VM 100 on a ZFS pool that the first two nodes have. */
export function onZfs(site: Site): void {
  const { state } = site.fake;
  state.storages.set("tank", {
    storage: "tank",
    type: "zfspool",
    content: ["images", "rootdir"],
    shared: false,
    nodes: ["pve1", "pve2"],
    inactive: [],
    total: 2 ** 40,
    baseUsed: 0,
    options: { pool: "tank" },
  });
  const { config } = guest(site, 100);
  for (const [key, value] of Object.entries(config)) {
    if (!/^(?:scsi|virtio|efidisk|tpmstate)\d+$/.test(key)) continue;
    config[key] = String(value).replace(/^[\w-]+:/, "tank:");
  }
}
