import type { ParamsOf } from "../api/types.ts";
import type { GuestConfig } from "../api/values.ts";
import type { Pve } from "../pve.ts";
import type { Guest } from "./directory.ts";

const CONFIG = "/nodes/{node}/{type}/{vmid}/config";

/**
 * Reads a guest's configuration: what will be in effect at its next start, unless `current` or a
 * snapshot is asked for.
 */
export async function readConfig(
  pve: Pve,
  guest: Pick<Guest, "node" | "type" | "vmid">,
  params: ParamsOf<typeof CONFIG, "GET"> = {},
): Promise<GuestConfig> {
  return await pve.get(CONFIG, guest, params) as GuestConfig;
}
