import * as z from "zod";
import { paged, paging } from "../lib/tool/fields.ts";
import { clip } from "../lib/proxmox/clip.ts";
import { paginate } from "../lib/proxmox/list.ts";
import { defineTool, READS } from "../lib/tool/tool.ts";

export default defineTool({
  name: "search_api",
  title: "Search the Proxmox API",
  description: "Finds methods of the connected Proxmox's own API by words, best first.",
  scope: "user",
  toolsets: ["api"],
  hints: READS,
  subject: "cluster",
  privileges: [],
  input: z.strictObject({ query: z.string().min(1).max(200), ...paging }),
  output: z.object({
    methods: z.array(
      z.object({ method: z.string(), path: z.string(), description: z.string() }),
    ),
    ...paged,
  }),
  action: () => "search the Proxmox API",
  run: async (input, { pve }) => {
    const found = (await pve.apiDescription()).search(input.query);
    const ranked = found.map((method, rank) => ({ method, rank }));
    const { items, ...page } = paginate(ranked, ({ rank }) => rank, input);
    const methods = items.map(({ method: { method, path, description } }) => ({
      method,
      path,
      description: clip(description, 160),
    }));
    return { methods, ...page };
  },
});
