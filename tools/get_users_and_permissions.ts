import * as z from "zod";
import { paged, paging } from "../lib/tool/fields.ts";
import { ACCESS_LISTS, readAccess } from "../lib/proxmox/cluster/access.ts";
import { paginate } from "../lib/proxmox/list.ts";
import { defineTool, READS } from "../lib/tool/tool.ts";

export default defineTool({
  name: "get_users_and_permissions",
  title: "Users and permissions",
  description: "Lists Proxmox users (with tokens' names), groups, roles, permissions or realms.",
  scope: "user",
  hints: READS,
  subject: "cluster",
  privileges: [],
  input: z.strictObject({
    list: z.enum(ACCESS_LISTS).default("users")
      .describe("effective: what may be done per path"),
    user: z.string().max(200).regex(/^[^\s:/]+@[^\s:/]+$/, "must be user@realm or user@realm!token")
      .optional().describe("With effective"),
    ...paging,
  }),
  output: z.object({ rows: z.array(z.record(z.string(), z.unknown())), ...paged }),
  action: ({ list }) => `list Proxmox ${list}`,
  run: async (input, { pve }) => {
    const rows = await readAccess(pve, input.list, input.user);
    const { items, ...page } = paginate(rows, (row) => row.name, input);
    return { rows: items, ...page };
  },
});
