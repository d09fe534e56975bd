import * as z from "zod";
import type { History } from "../lib/database/history.ts";
import { AppError } from "../lib/errors.ts";
import { warned } from "../lib/proxmox/cluster/nodes.ts";
import type { Content } from "../lib/proxmox/history/content.ts";
import { differencesOf } from "../lib/proxmox/history/differences.ts";
import { keptGuest } from "../lib/proxmox/history/kept.ts";
import { lookAtGuest } from "../lib/proxmox/history/look.ts";
import type { Pve } from "../lib/proxmox/pve.ts";
import { guestReference } from "../lib/tool/fields.ts";
import { differenceRow, toldDifference } from "../lib/tool/history_rows.ts";
import { moment, momentOf } from "../lib/tool/moments.ts";
import { defineTool, READS } from "../lib/tool/tool.ts";

const side = z.object({
  vmid: z.int(),
  at: z.string(),
  seen_from: z.string(),
  seen_until: z.string(),
}).partial();

export default defineTool({
  name: "compare_config",
  title: "Compare configurations",
  description:
    "Compares a guest's configuration at a time with now or another time, or with another guest's.",
  scope: "user",
  toolsets: ["guests"],
  hints: READS,
  subject: "guest",
  privileges: [["/vms/{vmid}", "VM.Audit"]],
  input: z.strictObject({
    vmid: guestReference,
    at: moment.optional(),
    other_vmid: guestReference.optional().describe("Default: the same guest"),
    other_at: moment.optional(),
  }),
  output: z.object({
    from: side,
    to: side,
    differences: z.array(differenceRow),
    same_count: z.int().describe("Settings that are the same"),
    warnings: z.array(z.string()).optional(),
  }),
  action: ({ vmid }) => `compare the configuration of guest ${vmid}`,
  run: async (input, { pve, history }) => {
    const { vmid, at, other_vmid: other = vmid, other_at: otherAt } = input;
    if (other === vmid && at === otherAt) {
      throw new AppError("invalid", "give at, or other_vmid: what to compare with is not said");
    }
    const from = await sideOf(pve, history, { vmid, at: momentOf("at", at, pve.now()) });
    const to = await sideOf(pve, history, {
      vmid: other,
      at: momentOf("other_at", otherAt, pve.now()),
    });
    const differences = differencesOf(from.content, to.content);
    const keys = new Set([...Object.keys(from.content), ...Object.keys(to.content)]);
    return {
      from: from.told,
      to: to.told,
      differences: differences.map((difference) => toldDifference(difference, 2_000)),
      same_count: keys.size - new Set(differences.map(({ key }) => key)).size,
      ...warned([...new Set([...from.warnings, ...to.warnings])]),
    };
  },
});

interface Side {
  readonly content: Content;
  readonly told: z.input<typeof side>;
  readonly warnings: readonly string[];
}

async function sideOf(
  pve: Pve,
  history: History | null,
  { vmid, at }: { vmid: number | string; at: Date | undefined },
): Promise<Side> {
  if (at === undefined) {
    const guest = await pve.find({ vmid });
    const content = await lookAtGuest(pve, guest);
    const told = { vmid: guest.vmid, at: pve.now().toISOString() };
    return { content, told, warnings: [] };
  }
  const kept = await keptGuest(pve, history, { vmid, at });
  const told = {
    vmid: kept.vmid,
    at: at.toISOString(),
    seen_from: kept.from.toISOString(),
    seen_until: kept.until.toISOString(),
  };
  return { content: kept.content, told, warnings: kept.warnings };
}
