import * as z from "zod";
import { guestInput, nodeName, paged, paging, rowsOf } from "../lib/tool/fields.ts";
import { describeRule, firewallLevel } from "../lib/proxmox/cluster/firewall.ts";
import { paginate } from "../lib/proxmox/list.ts";
import { compact, flag, text } from "../lib/proxmox/api/values.ts";
import { defineTool, READS } from "../lib/tool/tool.ts";

export default defineTool({
  name: "get_firewall_rules",
  title: "Firewall rules",
  description: "Lists the firewall rules of a guest, a node, a security group, or the cluster.",
  scope: "user",
  hints: READS,
  subject: "guest",
  privileges: [],
  input: z.strictObject({
    vmid: guestInput.vmid.optional(),
    node: nodeName.optional(),
    group: z.string().max(18).optional(),
    ...paging,
  }),
  output: z.object({
    of: z.string(),
    enabled: z.boolean(),
    policy_in: z.string().optional(),
    policy_out: z.string().optional(),
    rules: rowsOf("As in Proxmox"),
    ...paged,
  }),
  action: () => "list firewall rules",
  run: async (input, { pve }) => {
    const level = await firewallLevel(pve, input);
    const [rows, options] = await Promise.all([
      pve.list<Record<string, unknown>>(level.rules),
      pve.get<Record<string, unknown>>(level.options),
    ]);
    const { items, ...page } = paginate(rows, (row) => Number(row.pos), input);
    return {
      of: level.of,
      enabled: options.enable === undefined ? level.enabledByDefault : flag(options.enable),
      ...compact({ policy_in: text(options.policy_in), policy_out: text(options.policy_out) }),
      rules: items.map(describeRule),
      ...page,
    };
  },
});
