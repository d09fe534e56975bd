import * as z from "zod";
import { cardsOf, isOn, obstacles } from "../lib/proxmox/firewall/effect.ts";
import { openLevel, readRules } from "../lib/proxmox/firewall/level.ts";
import { describePage } from "../lib/proxmox/list.ts";
import { compact, text } from "../lib/proxmox/api/values.ts";
import { listing, paged } from "../lib/tool/fields.ts";
import { levelInput, READING_RULES, ruleRow, shownRule } from "../lib/tool/firewall.ts";
import { defineTool, READS } from "../lib/tool/tool.ts";

export default defineTool({
  name: "get_firewall_rules",
  title: "Firewall rules",
  description:
    "Lists the firewall rules of a guest, a node, a security group, or the cluster, and why they have no effect.",
  scope: "user",
  toolsets: ["network"],
  hints: READS,
  subject: "guest",
  rows: "rules",
  privileges: [],
  conditionalPrivileges: READING_RULES,
  input: z.strictObject({ ...levelInput, ...listing(ruleRow) }),
  output: z.object({
    of: z.string(),
    enabled: z.boolean(),
    policy_in: z.string().optional(),
    policy_out: z.string().optional(),
    digest: z.string().optional().describe("Of the rules, for a change"),
    cards: z.array(z.object({ card: z.string(), firewall: z.boolean() })).optional(),
    rules: z.array(ruleRow),
    ...paged,
  }),
  action: () => "list firewall rules",
  run: async (input, { pve }) => {
    const level = await openLevel(pve, input);
    const [{ rules, digest }, options, cards] = await Promise.all([
      readRules(level),
      level.options(),
      cardsOf(pve, level),
    ]);
    for (const obstacle of await obstacles(pve, level, { options, cards })) pve.warn(obstacle);
    for (const { broken, pos } of rules.filter(({ enabled }) => enabled)) {
      if (broken !== undefined) pve.warn(`rule ${pos} has no effect: ${broken}`);
    }
    const by = { key: ({ pos }: { pos: number }) => pos, describe: shownRule };
    const { items, ...page } = describePage(rules, by, input);
    return {
      of: level.of,
      enabled: isOn(options, level),
      ...compact({
        policy_in: text(options.policy_in),
        policy_out: text(options.policy_out),
        digest,
        cards: level.guest ? cards : undefined,
      }),
      rules: items,
      ...page,
    };
  },
});
