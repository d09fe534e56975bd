import * as z from "zod";
import { type Certificate, readCertificates } from "../lib/proxmox/cluster/certificates.ts";
import { paginate } from "../lib/proxmox/list.ts";
import { eachNode, warned } from "../lib/proxmox/cluster/nodes.ts";
import type { ColumnsOf } from "../lib/tool/columns.ts";
import { listing, nodeName, paged } from "../lib/tool/fields.ts";
import { defineTool, READS } from "../lib/tool/tool.ts";

const certificateRow = z.object(
  {
    node: z.string(),
    file: z.string(),
    subject: z.string(),
    issuer: z.string(),
    names: z.array(z.string()),
    expires: z.string(),
    days_left: z.number(),
    fingerprint: z.string(),
  } satisfies ColumnsOf<Certificate>,
).partial();

export default defineTool({
  name: "get_certificates",
  title: "List certificates",
  description: "Lists the nodes' TLS certificates and the days they have left.",
  scope: "user",
  toolsets: ["cluster"],
  hints: READS,
  subject: "node",
  privileges: [],
  input: z.strictObject({ node: nodeName.optional(), ...listing(certificateRow) }),
  output: z.object({
    certificates: z.array(certificateRow),
    ...paged,
  }),
  action: () => "list certificates",
  run: async (input, { pve }) => {
    const { results, warnings } = await eachNode(
      pve,
      input.node,
      (node) => readCertificates(pve, node),
    );
    const { items, ...page } = paginate(results.flat(), (row) => `${row.node} ${row.file}`, input);
    return { certificates: items, ...page, ...warned(warnings) };
  },
});
