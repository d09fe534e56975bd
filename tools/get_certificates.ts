import * as z from "zod";
import { nodeName, paged, paging, rowsOf } from "../lib/tool/fields.ts";
import { readCertificates } from "../lib/proxmox/cluster/hardware.ts";
import { paginate } from "../lib/proxmox/list.ts";
import { eachNode, warned } from "../lib/proxmox/cluster/nodes.ts";
import { defineTool, READS } from "../lib/tool/tool.ts";

export default defineTool({
  name: "get_certificates",
  title: "List certificates",
  description: "Lists the nodes' TLS certificates and the days they have left.",
  scope: "user",
  hints: READS,
  subject: "node",
  privileges: [],
  input: z.strictObject({ node: nodeName.optional(), ...paging }),
  output: z.object({
    certificates: rowsOf("node, file, subject, issuer, names, expires, days_left, fingerprint"),
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
