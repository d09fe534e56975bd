import * as z from "zod";
import { clip } from "../lib/proxmox/clip.ts";
import { describePage } from "../lib/proxmox/list.ts";
import { eachNode, warned } from "../lib/proxmox/cluster/nodes.ts";
import {
  isByProxmox,
  isForSecurity,
  lastRefresh,
  type Refresh,
} from "../lib/proxmox/cluster/updates.ts";
import { compact, text } from "../lib/proxmox/api/values.ts";
import { listing, nodeName, paged } from "../lib/tool/fields.ts";
import { defineTool, READS } from "../lib/tool/tool.ts";

const updateRow = z.object({
  node: z.string(),
  package: z.string(),
  from: z.string(),
  to: z.string(),
  origin: z.string(),
  title: z.string(),
  security: z.literal(true),
}).partial();

/** How many wait on a node; `proxmox` are those by Proxmox, which marks none as for security. */
const nodeRow = z.object({
  node: z.string(),
  updates: z.int(),
  security: z.int(),
  proxmox: z.int(),
  refreshed: z.string().optional(),
});

export default defineTool({
  name: "get_updates",
  title: "Pending updates",
  description: "Lists and counts package updates as of each node's last refresh.",
  scope: "user",
  toolsets: ["cluster"],
  hints: READS,
  subject: "node",
  rows: "updates",
  privileges: [["/nodes/{node}", "Sys.Modify"]],
  conditionalPrivileges: [{
    privilege: ["/nodes/{node}", "Sys.Audit"],
    when: "to tell when it was refreshed",
    if: () => true,
  }],
  input: z.strictObject({
    node: nodeName.optional(),
    security_only: z.boolean().default(false).describe("Debian's; Proxmox marks none"),
    ...listing(updateRow),
  }),
  output: z.object({
    counts: z.array(nodeRow),
    updates: z.array(updateRow),
    ...paged,
  }),
  action: () => "list pending updates",
  run: async (input, { pve }) => {
    const { results, warnings } = await eachNode(pve, input.node, async (node) => ({
      node,
      rows: await pve.list("/nodes/{node}/apt/update", { node }),
      refresh: await lastRefresh(pve, node),
    }));
    const counts = results.map(({ node, refresh, rows }) =>
      compact({
        node,
        updates: rows.length,
        security: rows.filter(isForSecurity).length,
        proxmox: rows.filter(isByProxmox).length,
        refreshed: refresh?.failed ? undefined : refresh?.at,
      })
    );
    for (const { node, refresh } of results) {
      const doubt = doubtOf(refresh, pve.now());
      if (doubt !== undefined) warnings.push(`updates of node ${node} may be missing: ${doubt}`);
    }
    const byProxmox = counts.reduce((sum, { proxmox }) => sum + proxmox, 0);
    if (input.security_only && byProxmox > 0) {
      warnings.push(`${byProxmox} by Proxmox are left out: it marks none as for security`);
    }
    const listed = results.flatMap(({ node, rows }) => rows.map((row) => ({ node, row })))
      .filter(({ row }) => !input.security_only || isForSecurity(row));
    const by = {
      key: ({ node, row }: Update) => `${node} ${row.Package} ${row.Arch}`,
      describe: describeUpdate,
    };
    const { items: updates, ...page } = describePage(listed, by, input);
    return { counts, updates, ...page, ...warned(warnings) };
  },
});

interface Update {
  readonly node: string;
  readonly row: Readonly<Record<string, unknown>>;
}

function describeUpdate({ node, row }: Update) {
  return compact({
    node,
    package: text(row.Package),
    from: text(row.OldVersion),
    to: text(row.Version),
    origin: text(row.Origin),
    title: clip(text(row.Title) ?? "", 120) || undefined,
    security: isForSecurity(row) || undefined,
  });
}

const OLD_MS = 7 * 86_400_000;

/** Why a list may lack updates; undefined where it is new, or where nobody can tell. */
function doubtOf(refresh: Refresh | undefined, now: Date): string | undefined {
  if (refresh === undefined) return undefined;
  const { at, failed } = refresh;
  if (failed !== undefined) return `its refresh of ${at} failed: ${failed}`;
  const isOld = now.getTime() - Date.parse(at) > OLD_MS;
  return isOld ? `it was last refreshed at ${at}; see refresh_updates` : undefined;
}
