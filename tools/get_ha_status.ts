import * as z from "zod";
import { paged, paging, rowsOf } from "../lib/tool/fields.ts";
import { haPlacement, haStatus } from "../lib/proxmox/cluster/ha.ts";
import { paginate } from "../lib/proxmox/list.ts";
import { compact, flag, text } from "../lib/proxmox/api/values.ts";
import { defineTool, READS } from "../lib/tool/tool.ts";

export default defineTool({
  name: "get_ha_status",
  title: "HA status",
  description: "Tells high availability's state: quorum, managers, its guests and their rules.",
  scope: "user",
  hints: READS,
  subject: "cluster",
  privileges: [["/", "Sys.Audit"]],
  input: z.strictObject(paging),
  output: z.object({
    quorate: z.boolean(),
    master: z.string().optional(),
    managers: rowsOf("node, status"),
    guests: rowsOf("sid, node, state, requested, detail"),
    rules: rowsOf("Groups on Proxmox VE 8"),
    ...paged,
  }),
  action: () => "read the HA status",
  run: async (input, { pve }) => {
    const [rows, rules] = await Promise.all([haStatus(pve), haPlacement(pve)]);
    const services = rows.filter((row) => row.type === "service");
    const { items, ...page } = paginate(services, (row) => String(row.sid), input);
    const master = rows.find((row) => row.type === "master");
    return {
      ...compact({ master: text(master?.node) }),
      quorate: flag(rows.find((row) => row.type === "quorum")?.quorate),
      managers: rows.filter((row) => row.type === "lrm")
        .map((row) => ({ node: String(row.node), status: String(row.status) })),
      guests: items.map((row) =>
        compact({
          sid: text(row.sid),
          node: text(row.node),
          state: text(row.state),
          requested: text(row.request_state),
          detail: text(row.status),
        })
      ),
      rules: rules.slice(0, 100).map(({ digest: _, ...rule }) => rule),
      ...page,
      ...(rules.length > 100 ? { warnings: [`only 100 of ${rules.length} rules are shown`] } : {}),
    };
  },
});
