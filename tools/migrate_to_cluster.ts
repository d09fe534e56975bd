import * as z from "zod";
import { AppError } from "../lib/errors.ts";
import { type Guest, guestLabel } from "../lib/proxmox/guest/directory.ts";
import { needsOf, requireAdmission } from "../lib/proxmox/migration/admission.ts";
import { requireDeparture } from "../lib/proxmox/migration/departure.ts";
import { type Destination, requireDestination } from "../lib/proxmox/migration/destination.ts";
import { planJourney, travel } from "../lib/proxmox/migration/journey.ts";
import { newPass } from "../lib/proxmox/migration/pass.ts";
import { aboutGuest } from "../lib/tool/about_guest.ts";
import { guestInput, guestTaskResult, newVmid, nodeName, waiting } from "../lib/tool/fields.ts";
import { defineTool, DESTROYS } from "../lib/tool/tool.ts";

const ID = "[a-zA-Z][a-zA-Z0-9._-]*";
const idMap = z.string().max(1_000).regex(
  new RegExp(`^${ID}(?::${ID})?(?:,${ID}(?::${ID})?)*$`),
  "must be one for all, or pairs such as from:to,other:to",
);

export default defineTool({
  name: "migrate_to_cluster",
  title: "Migrate to another cluster",
  description:
    "Moves a VM or container to another cluster, a running VM live. The source stays, stopped and locked, unless delete_source.",
  scope: "admin",
  toolsets: ["guests"],
  hints: DESTROYS,
  subject: "guest",
  clustersNeeded: 2,
  privileges: [["/vms/{vmid}", "VM.Migrate"]],
  input: z.strictObject({
    ...guestInput,
    to_cluster: z.string().max(100),
    to_node: nodeName.optional().describe("Default: the one with most free memory"),
    to_host: z.string().regex(/^[a-zA-Z0-9.:-]{1,253}$/, "must be an address or a name").optional()
      .describe("How the source's nodes reach to_node; default: its address in its cluster"),
    to_vmid: newVmid.optional().describe("Default: the same if it is free there, else the next"),
    to_storage: idMap.describe("One for all disks, or from:to pairs"),
    to_bridge: idMap.optional().describe("The same for bridges; default: of the same names"),
    online: z.boolean().default(true).describe("False: refuses a running VM"),
    restart: z.boolean().default(false).describe("Stop a running container, move and start it"),
    delete_source: z.boolean().default(false).describe("Destroy it here once it has moved"),
    bwlimit: z.int().min(0).optional().describe("KiB/s; 0: none; default: the cluster's"),
    ...waiting,
  }),
  output: z.object({
    ...guestTaskResult,
    to_cluster: z.string().optional(),
    to_node: z.string().optional(),
    to_vmid: z.int().optional(),
  }),
  action: ({ vmid, to_cluster }) => `migrate guest ${vmid} to cluster ${to_cluster}`,
  about: (input, context) =>
    aboutGuest<typeof input>({
      goes: input.delete_source,
      more: () => [
        `goes to cluster ${input.to_cluster}`,
        input.delete_source ? "is destroyed here then" : "stays here too, stopped and locked",
      ],
    })(input, context),
  run: async (input, { background, caller, clusters, pve }) => {
    const { to_cluster: cluster, delete_source: deleteSource } = input;
    if (cluster === pve.cluster) {
      throw new AppError("invalid", `it is in cluster ${cluster}; migrate_guest moves it there`);
    }
    const guest = await pve.claim(input);
    pve.about({ ...guest, goes: deleteSource });
    const target = await clusters.pve(cluster);
    const departure = await requireDeparture(pve, guest, input);
    const destination = await requireDestination(target, {
      departure,
      guest,
      source: pve,
      wish: {
        cluster,
        node: input.to_node,
        host: input.to_host,
        vmid: input.to_vmid,
        storage: input.to_storage,
        bridge: input.to_bridge,
      },
    });
    const needs = needsOf({ ...destination, modifies: departure.modifies, type: guest.type });
    const pass = newPass(target, guest.vmid);
    const parts = {
      source: pve,
      target,
      guest,
      pass,
      grants: await requireAdmission(target, { cluster, needs }),
      comment: `moves ${guestLabel(guest)} of ${pve.cluster} here, by ${caller.user}`,
      journey: { departure, destination, deleteSource, bwlimit: input.bwlimit },
    };
    const told = { to_cluster: cluster, to_node: destination.node, to_vmid: destination.vmid };
    const notes = notesOf(guest, { deleteSource, destination });
    if (pve.dryRun) {
      await planJourney(parts);
      for (const note of notes) pve.foresee(note);
      return told;
    }
    const task = await travel({
      ...parts,
      patience: input,
      begin: (work) =>
        background(
          `token ${pass.name}`,
          async (own, others) => await work(own, await others.pve(cluster)),
        ),
    });
    for (const warning of target.warnings) pve.warn(warning);
    return { ...told, ...task, ...(notes.length > 0 ? { notes } : {}) };
  },
});

/** What stands where when it has moved. */
function notesOf(
  { node, type, vmid }: Guest,
  { deleteSource, destination }: { deleteSource: boolean; destination: Destination },
): string[] {
  if (deleteSource) return [];
  const unlock = `${type === "qemu" ? "qm" : "pct"} unlock ${vmid}`;
  return [
    `the source stays, stopped and locked (migrate): \`${unlock}\` on node ${node} frees it, ` +
    `never start it while ${destination.vmid} runs in the other cluster`,
  ];
}
