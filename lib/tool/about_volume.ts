import { volumeText } from "../proxmox/storage/about.ts";
import { findVolumeById } from "../proxmox/storage/volumes.ts";
import type { About, ToolContext } from "./tool.ts";

/** What a person is shown of the volume that a call would delete. */
export async function aboutVolume(
  input: { volid: string; node?: string | undefined },
  { pve }: ToolContext,
): Promise<About> {
  const volume = volumeText(await findVolumeById(pve, input));
  return { lines: [`volume that goes: ${volume}`], version: volume };
}
