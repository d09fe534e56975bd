import { guestFacts } from "../proxmox/guest/about.ts";
import type { GivenGuest, Guest, GuestType } from "../proxmox/guest/directory.ts";
import type { Pve } from "../proxmox/pve.ts";
import { readToldOf } from "./own_backups.ts";
import type { About, ToolContext } from "./tool.ts";

/**
 * What a person is shown of the guest that a call is about.
 *
 * @param options.goes the guest would be gone: its disks, snapshots and newest backup are shown too
 * @param options.more further lines
 */
export function aboutGuest<I extends GivenGuest>(
  { type, goes, more }: {
    type?: GuestType;
    goes?: boolean;
    more?: (
      input: I,
      at: { pve: Pve; guest: Guest },
    ) => readonly string[] | Promise<readonly string[]>;
  } = {},
): (input: I, context: ToolContext) => Promise<About> {
  return async (input, context) => {
    const { pve } = context;
    const { guest, lines, version } = await guestFacts(pve, input, {
      type,
      goes: goes ? (vmid) => readToldOf(context, { vmid }) : undefined,
    });
    return { lines: more ? [...lines, ...await more(input, { pve, guest })] : lines, version };
  };
}
