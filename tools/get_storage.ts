import * as z from "zod";
import { listing, nodeName, paged } from "../lib/tool/fields.ts";
import { offlineNodes, statusOf, warningsOf } from "../lib/proxmox/inventory.ts";
import { assertKnown, nodesIn } from "../lib/proxmox/known.ts";
import { warned } from "../lib/proxmox/cluster/nodes.ts";
import { describePage } from "../lib/proxmox/list.ts";
import { unseenStorages } from "../lib/proxmox/unseen.ts";
import { compact, flag, number, type Resource, text } from "../lib/proxmox/api/values.ts";
import { defineTool, READS } from "../lib/tool/tool.ts";

const storageRow = z.object({
  storage: z.string(),
  node: z.string(),
  type: z.string(),
  status: z.string(),
  content: z.array(z.string()),
  shared: z.boolean(),
  total_bytes: z.number(),
  used_bytes: z.number(),
  used_fraction: z.number(),
}).partial();

export default defineTool({
  name: "get_storage",
  title: "List storages",
  description: "Lists storages per node with their space, none that is disabled.",
  scope: "user",
  toolsets: ["storage", "core"],
  hints: READS,
  subject: "node",
  privileges: [["/storage/{storage}", "Datastore.Audit"]],
  input: z.strictObject({
    node: nodeName.optional().describe("Only this node's"),
    ...listing(storageRow),
  }),
  output: z.object({
    storages: z.array(storageRow),
    ...paged,
  }),
  action: () => "list storages",
  run: async (input, { pve }) => {
    const resources = await pve.resources();
    const rows = resources.filter((row) =>
      row.type === "storage" && (input.node === undefined || row.node === input.node)
    );
    if (rows.length === 0) {
      assertKnown(input.node, { what: "node", known: nodesIn(resources) });
    }
    const offline = offlineNodes(resources);
    const by = {
      key: (row: Resource) => `${row.storage} ${row.node}`,
      describe: (row: Resource) => describe(row, offline),
    };
    const { items: storages, ...page } = describePage(rows, by, input);
    const { warnings = [] } = warningsOf(resources, "storage");
    const having = new Set(rows.map(({ node }) => node));
    const isBare = nodesIn(resources).some((node) =>
      !having.has(node) && (input.node ?? node) === node
    );
    // Hardly a node has none: who may see none is asked about only then.
    const hidden = isBare ? await unseenStorages(pve) : [];
    return { storages, ...page, ...warned([...warnings, ...hidden]) };
  },
});

function describe(row: Resource, offline: ReadonlySet<string>) {
  const total = number(row.maxdisk);
  const used = number(row.disk);
  return compact({
    storage: row.storage,
    node: row.node,
    type: text(row.plugintype),
    status: statusOf(row, offline),
    content: text(row.content)?.split(",").sort(),
    shared: flag(row.shared),
    total_bytes: total,
    used_bytes: used,
    used_fraction: total && used !== undefined
      ? Math.round(used / total * 10_000) / 10_000
      : undefined,
  });
}
