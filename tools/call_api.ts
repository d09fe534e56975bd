import * as z from "zod";
import { freeForm, paged, paging } from "../lib/tool/fields.ts";
import { checkCall, presentable } from "../lib/proxmox/apidoc/call.ts";
import { paginate } from "../lib/proxmox/list.ts";
import {
  backupApiOf,
  isOfBackupServer,
  PRODUCT_FIELDS,
  productInput,
} from "../lib/tool/backup_api.ts";
import { defineTool, READS } from "../lib/tool/tool.ts";

export default defineTool({
  name: "call_api",
  title: "Read from the Proxmox API",
  description:
    "Reads any API path (GET), checked against Proxmox's own description; see describe_api.",
  scope: "user",
  toolsets: ["api"],
  hints: READS,
  subject: "cluster",
  across: "one",
  privileges: [],
  withBackupServers: PRODUCT_FIELDS,
  besidesClusters: isOfBackupServer,
  input: z.strictObject({
    path: z.string().max(500).describe("/nodes/pve1/qemu/100/config"),
    method: z.literal("GET", "only GET reads; change_api takes the others").default("GET"),
    params: freeForm.default({}),
    ...productInput,
    ...paging,
  }),
  output: z.object({
    data: z.unknown(),
    cut: z.boolean().optional().describe("Not all of it is there"),
    total: paged.total.optional(),
    next_cursor: paged.next_cursor,
  }),
  action: ({ path }) => `read ${path}`,
  run: async ({ path, method, params, product, server, ...paging }, context) => {
    const api = backupApiOf(context, { product, server });
    const call = await checkCall(api ?? context.pve, { method, path, params });
    const data = await (api?.pbs ?? context.pve).call("GET", call.path, params);
    if (!Array.isArray(data)) return presentable(data);
    const rows = data.map((row, index) => ({ row, index }));
    const { items, ...page } = paginate(rows, ({ index }) => index, paging);
    return { ...presentable(items.map(({ row }) => row)), ...page };
  },
});
