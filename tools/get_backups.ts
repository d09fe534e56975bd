import * as z from "zod";
import { READING_BACKUPS } from "../lib/tool/conditions.ts";
import {
  guestReference,
  listing,
  mayBeOfColumn,
  nodeName,
  paged,
  storageId,
} from "../lib/tool/fields.ts";
import { neighboursOf } from "../lib/tool/other_clusters.ts";
import { joinServers } from "../lib/backups/join.ts";
import { compact } from "../lib/proxmox/api/values.ts";
import { newestFirst } from "../lib/proxmox/clip.ts";
import { paginate } from "../lib/proxmox/list.ts";
import { warned } from "../lib/proxmox/cluster/nodes.ts";
import type { Backup } from "../lib/proxmox/storage/told.ts";
import { readVolumes, type Volume } from "../lib/proxmox/storage/volumes.ts";
import { defineTool, READS } from "../lib/tool/tool.ts";
import { volumeRow } from "../lib/tool/volume_row.ts";

const backupRow = volumeRow.extend(
  z.object({
    verified: z.string().describe("ok, failed or never"),
    verified_at: z.string(),
    unfinished: z.literal(true).describe("Being made, or broken off"),
    kept_in: z.string().describe("Backup server, datastore and namespace"),
    may_be_of: mayBeOfColumn,
  }).partial().shape,
);

export default defineTool({
  name: "get_backups",
  title: "List backups",
  description: "Lists the backups on all storages, newest first.",
  scope: "user",
  toolsets: ["backups"],
  hints: READS,
  subject: "guest",
  privileges: [["/storage/{storage}", "Datastore.Audit"]],
  conditionalPrivileges: READING_BACKUPS,
  backupPrivileges: [["/datastore/{store}", "Datastore.Audit"]],
  input: z.strictObject({
    vmid: guestReference.optional(),
    storage: storageId.optional(),
    node: nodeName.optional(),
    ...listing(backupRow),
  }),
  output: z.object({ backups: z.array(backupRow), ...paged }),
  action: () => "list backups",
  run: async ({ vmid: given, storage, node, ...page }, context) => {
    const { pbs, pve } = context;
    // A number may be a guest that was deleted; only its backups are left.
    const vmid = await pve.vmidOf(given);
    const filter = { content: "backup", vmid, storage, node };
    const { told, warnings: untold } = await joinServers(pve, pbs, {
      storage,
      clusters: neighboursOf(context),
    });
    const { volumes, warnings, empty } = await readVolumes(pve, filter, { told });
    const { items, ...rest } = paginate(volumes, backupKey, page);
    // Where there is one cluster, whose it is else has no name: the warning tells it.
    const ownersOf = ({ may_be_of }: Backup) =>
      context.isOneOfSeveral && may_be_of ? [...may_be_of] : undefined;
    return {
      backups: items.map(({ content: _, ...row }) => compact({ ...row, may_be_of: ownersOf(row) })),
      ...rest,
      ...warned([...warnings, ...untold, ...empty]),
    };
  },
});

/** Newest first. */
function backupKey({ time, volid, node }: Volume): string {
  const seconds = time === undefined ? 0 : Date.parse(time) / 1000;
  return `${newestFirst(seconds)} ${volid} ${node}`;
}
