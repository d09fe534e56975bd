import * as z from "zod";
import { requireState } from "../lib/proxmox/guest/checks.ts";
import { readConfig } from "../lib/proxmox/guest/config.ts";
import { isVm } from "../lib/proxmox/guest/directory.ts";
import { freeKey, takenKeys } from "../lib/proxmox/guest/drives.ts";
import { addHardware } from "../lib/proxmox/guest/hardware.ts";
import { bridgeOf, requireBridge, withNic } from "../lib/proxmox/guest/nics.ts";
import { properties } from "../lib/proxmox/guest/properties.ts";
import type { GuestConfig } from "../lib/proxmox/api/values.ts";
import { hardwareOutput, undoHardware } from "../lib/tool/config_change.ts";
import { changed, changedGuest, dryRun, guestInput } from "../lib/tool/fields.ts";
import { nicInput } from "../lib/tool/nic_fields.ts";
import { CHANGES, defineTool } from "../lib/tool/tool.ts";

export default defineTool({
  name: "add_nic",
  title: "Add network card",
  description: "Adds a network card to a VM or container.",
  scope: "write",
  toolsets: ["guests"],
  hints: CHANGES,
  subject: "guest",
  privileges: [["/vms/{vmid}", "VM.Config.Network"], ["/sdn/zones/{zone}", "SDN.Use"]],
  input: z.strictObject({
    ...guestInput,
    ...nicInput,
    bridge: nicInput.bridge.describe("Default: that of the guest's first card, else vmbr0"),
    mac: z.string().regex(/^[0-9a-fA-F][02468aceACE](:[0-9a-fA-F]{2}){5}$/, "must be a MAC address")
      .optional(),
    ...dryRun,
  }),
  output: z.object({ ...changedGuest, ...changed, ...hardwareOutput }),
  action: ({ vmid }) => `add a network card to guest ${vmid}`,
  run: async ({ mac, ...input }, { pve }) => {
    const guest = await pve.claim(input);
    const { type } = guest;
    await requireState(pve, guest);
    const taken = await takenKeys(pve, guest);
    const bridge = input.bridge ?? usualBridge(await readConfig(pve, guest));
    await requireBridge(pve, guest.node, bridge);
    const added = await addHardware(pve, guest, (config) => {
      const key = freeKey("net", { taken, config });
      const model = input.model ?? "virtio";
      const bare = isVm(guest) ? model : `name=${freeName(config)}`;
      const address = mac === undefined ? "" : isVm(guest) ? `=${mac}` : `,hwaddr=${mac}`;
      return { key, value: withNic(`${bare}${address}`, type, { ...input, bridge }) };
    });
    const notes = input.bridge === undefined ? { notes: [`bridge ${bridge} was chosen`] } : {};
    return { ...added, ...notes, ...undoHardware(guest, added) };
  },
});

function nics(config: GuestConfig): string[] {
  return Object.keys(config).filter((key) => /^net\d+$/.test(key))
    .toSorted((a, b) => Number(a.slice(3)) - Number(b.slice(3)));
}

function usualBridge(config: GuestConfig): string {
  const [first = ""] = nics(config);
  return bridgeOf(config[first]) ?? "vmbr0";
}

/** The first free name of an interface inside a container. */
function freeName(config: GuestConfig): string {
  const names = new Set(nics(config).map((key) => properties(config[key]).name));
  for (let number = 0;; number++) if (!names.has(`eth${number}`)) return `eth${number}`;
}
