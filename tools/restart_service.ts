import * as z from "zod";
import { onFailure } from "../lib/errors.ts";
import { compact, text } from "../lib/proxmox/api/values.ts";
import { assertKnown } from "../lib/proxmox/known.ts";
import { nodeName, taskResult, waiting } from "../lib/tool/fields.ts";
import { CHANGES, defineTool } from "../lib/tool/tool.ts";

/** While one of these restarts its node is out of the cluster, which HA may answer by fencing it. */
const CLUSTER: readonly string[] = ["corosync", "pve-cluster"];

export default defineTool({
  name: "restart_service",
  title: "Restart service",
  description: "Restarts, reloads or starts a system service of a node.",
  scope: "admin",
  toolsets: ["cluster"],
  hints: CHANGES,
  subject: "node",
  privileges: [["/nodes/{node}", "Sys.Modify"], ["/nodes/{node}", "Sys.Audit"]],
  input: z.strictObject({
    node: nodeName,
    service: z.string().regex(/^[a-zA-Z0-9][a-zA-Z0-9@._-]{0,99}$/, "must be a service's name"),
    action: z.enum(["restart", "reload", "start"]).default("restart"),
    force: z.boolean().default(false).describe("Also corosync and pve-cluster"),
    ...waiting,
  }),
  output: z.object({
    node: z.string().optional(),
    service: z.string().optional(),
    state: z.string().optional(),
    unchanged: z.boolean().optional(),
    ...taskResult,
  }),
  action: ({ action, node, service }) => `${action} service ${service} of node ${node}`,
  run: async (input, { pve }) => {
    const node = pve.wholeNode(input.node);
    const { action, force, service } = input;
    const read = () => pve.list("/nodes/{node}/services", { node });
    const rows = await read();
    assertKnown(service, { what: "service", known: rows.map((row) => text(row.service) ?? "") });
    const state = text(rows.find((row) => row.service === service)?.state);
    if (action === "start" && state === "running") {
      return { ...pve.unchanged(`${service} runs already`), node, service, state };
    }
    pve.check(
      "the node stays in the cluster, or force is given",
      action === "start" || force || !CLUSTER.includes(service),
      `without ${service} the node is out of the cluster for some seconds, and HA may fence it; ` +
        "force: true does it all the same",
    );
    const upid = await pve.post(`/nodes/{node}/services/{service}/${action}`, { node, service });
    const task = await pve.task(upid, input);
    if (pve.dryRun) return task;
    // The change is made: not knowing how the service stands now makes it no failure.
    const after = await read().catch(onFailure(() => []));
    const now = text(after.find((row) => row.service === service)?.state);
    return { node, service, ...compact({ state: now }), ...task };
  },
});
