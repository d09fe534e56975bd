import * as z from "zod";
import { AppError } from "../lib/errors.ts";
import { readPlacement } from "../lib/proxmox/cluster/ha.ts";
import { readResources, sidOf, vmidOf } from "../lib/proxmox/cluster/ha_resources.ts";
import { type KnownRule, readRules, remaking, ruleText } from "../lib/proxmox/cluster/ha_rules.ts";
import { type Guest, guestLabel } from "../lib/proxmox/guest/directory.ts";
import type { Pve } from "../lib/proxmox/pve.ts";
import { aboutGuest } from "../lib/tool/about_guest.ts";
import { changed, changedGuest, dryRun, guestInput } from "../lib/tool/fields.ts";
import { CHANGING_HA, resourceOutput } from "../lib/tool/ha_fields.ts";
import { defineTool, DESTROYS } from "../lib/tool/tool.ts";

export default defineTool({
  name: "remove_ha_resource",
  title: "Take guest from HA",
  description:
    "Takes a VM or container, which goes on as it is, from high availability and its rules.",
  scope: "admin",
  toolsets: ["cluster"],
  hints: { ...DESTROYS, idempotentHint: true },
  subject: "guest",
  privileges: [...CHANGING_HA, ["/vms/{vmid}", "VM.Audit"]],
  input: z.strictObject({ ...guestInput, ...dryRun }),
  output: z.object({
    ...changedGuest,
    ...resourceOutput,
    ...changed,
    undo: z.string().optional(),
  }),
  action: ({ vmid }) => `take guest ${vmid} from HA`,
  about: aboutGuest({
    more: async (_input, { pve, guest }) =>
      (await rulesWith(pve, guest)).map((known) => `changes: ${ruleText(known)}`),
  }),
  run: async (input, { pve }) => {
    const guest = await pve.claim(input);
    const sid = sidOf(guest);
    const known = (await readResources(pve)).find((each) => each.sid === sid);
    if (known === undefined) {
      return pve.unchanged(`HA does not care for ${guestLabel(guest)} already`);
    }
    const rules = await rulesWith(pve, guest);
    const notes = rules.map((rule) =>
      `${rule.rule.resources === sid ? "deleted with it" : "it is taken out of"}: ${ruleText(rule)}`
    );
    for (const note of notes) pve.foresee(note);
    await pve.delete("/cluster/ha/resources/{sid}", { sid });
    const again = rules.map((rule) => `; create_ha_rule or update_ha_rule ${remaking(rule)}`);
    return {
      sid,
      ...(notes.length > 0 ? { notes } : {}),
      undo: `add_ha_resource ${JSON.stringify({ vmid: guest.vmid, ...known.resource })}${
        known.failback ? "" : "; not with it: failback 0"
      }${again.join("")}`,
    };
  },
});

/**
 * The rules that name the guest, which Proxmox takes it out of.
 *
 * @throws AppError `forbidden` when they name guests that the token's limits do not include
 */
async function rulesWith(pve: Pve, guest: Guest): Promise<KnownRule[]> {
  const { kind } = await readPlacement(pve);
  if (kind === "groups") return [];
  const sid = sidOf(guest);
  const sids = ({ rule }: KnownRule) => rule.resources.split(",");
  const rules = (await readRules(pve)).filter((rule) => sids(rule).includes(sid));
  const includes = await pve.includes();
  if (rules.every((rule) => sids(rule).every((each) => includes(vmidOf(each), "")))) return rules;
  throw new AppError(
    "forbidden",
    "HA rules join it to guests that the token's limits do not include",
  );
}
