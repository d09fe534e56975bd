import * as z from "zod";
import { rowsOf } from "../lib/tool/fields.ts";
import { cephStatus, describeCeph } from "../lib/proxmox/cluster/ceph.ts";
import { defineTool, READS } from "../lib/tool/tool.ts";

export default defineTool({
  name: "get_ceph_status",
  title: "Ceph status",
  description: "Tells Ceph's health and space, or that it is not installed.",
  scope: "user",
  hints: READS,
  subject: "cluster",
  privileges: [["/", "Sys.Audit", "Datastore.Audit"]],
  input: z.strictObject({}),
  output: z.looseObject({
    installed: z.boolean(),
    health: z.string().optional(),
    checks: rowsOf("check, severity, message").optional(),
    osds: z.number().optional(),
    osds_up: z.number().optional(),
    osds_in: z.number().optional(),
    total_bytes: z.number().optional(),
    used_bytes: z.number().optional(),
  }),
  action: () => "read the Ceph status",
  run: async (_input, { pve }) => {
    const status = await cephStatus(pve);
    return status === undefined
      ? { installed: false }
      : { installed: true, ...describeCeph(status) };
  },
});
