import { garbled } from "../api/failures.ts";
import type { ParamsOf } from "../api/types.ts";
import { type GuestConfig, text } from "../api/values.ts";
import type { Pve } from "../pve.ts";
import type { Guest } from "./directory.ts";

const CONFIG = "/nodes/{node}/{type}/{vmid}/config";

/**
 * Reads a guest's configuration: what will be in effect at its next start, unless `current` or a
 * snapshot is asked for.
 *
 * @throws AppError `unavailable` for an answer that is no configuration
 */
export async function readConfig(
  pve: Pve,
  guest: Pick<Guest, "node" | "type" | "vmid">,
  params: ParamsOf<typeof CONFIG, "GET"> = {},
): Promise<GuestConfig> {
  const config = await pve.get(CONFIG, guest, params) as GuestConfig;
  // Every configuration has one: without it what was answered tells nothing of disks and settings.
  if (text(config.digest) !== undefined) return config;
  throw garbled(`Proxmox's answer holds no configuration of guest ${guest.vmid}`);
}
