import * as z from "zod";
import {
  backupApiOf,
  isOfBackupServer,
  PRODUCT_FIELDS,
  productInput,
} from "../lib/tool/backup_api.ts";
import { listing, paged } from "../lib/tool/fields.ts";
import { clip } from "../lib/proxmox/clip.ts";
import { describePage } from "../lib/proxmox/list.ts";
import { defineTool, READS } from "../lib/tool/tool.ts";

const methodRow = z.object({ method: z.string(), path: z.string(), description: z.string() });

export default defineTool({
  name: "search_api",
  title: "Search the Proxmox API",
  description: "Finds methods of the connected Proxmox's own API by words, best first.",
  scope: "user",
  toolsets: ["api"],
  hints: READS,
  subject: "cluster",
  across: "any",
  privileges: [],
  withBackupServers: PRODUCT_FIELDS,
  besidesClusters: isOfBackupServer,
  input: z.strictObject({
    query: z.string().min(1).max(200),
    ...productInput,
    ...listing(methodRow),
  }),
  output: z.object({
    methods: z.array(methodRow),
    ...paged,
  }),
  action: () => "search the Proxmox API",
  run: async (input, context) => {
    const api = backupApiOf(context, input) ?? context.pve;
    const found = (await api.apiDescription()).search(input.query);
    const ranked = found.map((method, rank) => ({ method, rank }));
    const by = {
      key: ({ rank }: typeof ranked[number]) => rank,
      describe: ({ method: { method, path, description } }: typeof ranked[number]) => ({
        method,
        path,
        description: clip(description, 160),
      }),
    };
    const { items: methods, ...page } = describePage(ranked, by, input);
    return { methods, ...page };
  },
});
