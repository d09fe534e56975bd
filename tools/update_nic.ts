import * as z from "zod";
import { AppError } from "../lib/errors.ts";
import { instead } from "../lib/proxmox/known.ts";
import { type ConfigEdit, configureGuest } from "../lib/proxmox/guest/configure.ts";
import { guestLabel } from "../lib/proxmox/guest/directory.ts";
import { requireBridge, withNic } from "../lib/proxmox/guest/nics.ts";
import { hardwareOutput, undoConfig } from "../lib/tool/config_change.ts";
import { changed, changedGuest, dryRun, guestInput } from "../lib/tool/fields.ts";
import { nicInput } from "../lib/tool/nic_fields.ts";
import { CHANGES, defineTool } from "../lib/tool/tool.ts";

export default defineTool({
  name: "update_nic",
  title: "Update network card",
  description:
    "Changes bridge, VLAN, rate, firewall, model or plug of a network card; all else stays, its MAC too.",
  scope: "write",
  toolsets: ["guests"],
  hints: { ...CHANGES, idempotentHint: true },
  subject: "guest",
  privileges: [["/vms/{vmid}", "VM.Config.Network"], ["/sdn/zones/{zone}", "SDN.Use"]],
  input: z.strictObject({
    ...guestInput,
    nic: z.string().regex(/^net\d{1,2}$/, "must be like net0").default("net0"),
    ...nicInput,
    ...dryRun,
  }),
  output: z.object({ ...changedGuest, ...changed, ...hardwareOutput }),
  action: ({ vmid, nic }) => `change ${nic} of guest ${vmid}`,
  run: async ({ nic, ...input }, { pve }) => {
    const guest = await pve.claim(input);
    if (input.bridge !== undefined) await requireBridge(pve, guest.node, input.bridge);
    const result = await configureGuest(pve, guest, (before) => {
      const keys = Object.keys(before).filter((key) => /^net\d+$/.test(key)).sort();
      if (!keys.includes(nic)) {
        const there = `${guestLabel(guest)} has no network card ${nic}`;
        throw new AppError("not_found", `${there}${instead(nic, keys)}`);
      }
      const set = { [nic]: withNic(before[nic], guest.type, input) };
      // The key is that of a network card.
      return { set: set as ConfigEdit["set"] };
    });
    return { ...result, device: nic, ...undoConfig("update_nic", guest, result) };
  },
});
