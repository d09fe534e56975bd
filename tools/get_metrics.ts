import * as z from "zod";
import { guestReference, nodeName, storageId } from "../lib/tool/fields.ts";
import { readSeries } from "../lib/proxmox/cluster/metrics.ts";
import { firstPlace } from "../lib/proxmox/storage/volumes.ts";
import { defineTool, READS } from "../lib/tool/tool.ts";

export default defineTool({
  name: "get_metrics",
  title: "Metrics",
  description: "Gives the history of a guest's (vmid), a node's or a storage's load, oldest first.",
  scope: "user",
  hints: READS,
  subject: "node",
  privileges: [["/vms/{vmid}", "VM.Audit"]],
  input: z.strictObject({
    vmid: guestReference.optional(),
    storage: storageId.optional(),
    node: nodeName.optional(),
    timeframe: z.enum(["hour", "day", "week", "month", "year"]).default("hour"),
    consolidation: z.enum(["average", "maximum"]).default("average"),
    points: z.int().min(1).max(200).default(60).describe("At most"),
    fields: z.array(z.string().max(50)).min(1).optional().describe("Columns to give"),
  }).refine(
    ({ vmid, storage, node }) => vmid === undefined ? storage ?? node : storage === undefined,
    "give one of vmid, storage and node",
  ),
  output: z.object({
    columns: z.array(z.string()),
    rows: z.array(z.array(z.unknown())),
  }),
  action: ({ vmid, storage, node }) =>
    vmid !== undefined
      ? `read the metrics of guest ${vmid}`
      : storage !== undefined
      ? `read the metrics of storage ${storage}`
      : `read the metrics of node ${node}`,
  run: async (input, { pve }) => {
    if (input.vmid !== undefined) {
      const guest = await pve.find({ vmid: input.vmid, node: input.node });
      return readSeries(
        (params) => pve.list("/nodes/{node}/{type}/{vmid}/rrddata", guest, params),
        input,
      );
    }
    if (input.storage === undefined) {
      const node = pve.node(input.node ?? "");
      return readSeries((params) => pve.list("/nodes/{node}/rrddata", { node }, params), input);
    }
    const place = await firstPlace(pve, {
      storage: input.storage,
      node: input.node,
    });
    return readSeries(
      (params) => pve.list("/nodes/{node}/storage/{storage}/rrddata", place, params),
      input,
    );
  },
});
