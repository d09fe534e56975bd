import * as z from "zod";
import { readCopies } from "../lib/proxmox/capacity/copies.ts";
import { readGuestDisks } from "../lib/proxmox/capacity/guest_disks.ts";
import { fatesOf, type GuestFate, lossesOf, type NodeLoss } from "../lib/proxmox/capacity/loss.ts";
import {
  type NodeRoom,
  nodeRooms,
  type StorageRoom,
  storageRooms,
  unsized,
  withoutRoom,
} from "../lib/proxmox/capacity/room.ts";
import { warned } from "../lib/proxmox/cluster/nodes.ts";
import { guestsIn } from "../lib/proxmox/guest/directory.ts";
import { absences } from "../lib/proxmox/inventory.ts";
import { assertKnown, nodesIn } from "../lib/proxmox/known.ts";
import { unseenLoad, unseenStorages } from "../lib/proxmox/unseen.ts";
import type { ColumnsOf } from "../lib/tool/columns.ts";
import { READING_BACKUPS } from "../lib/tool/conditions.ts";
import { nodeName, paged } from "../lib/tool/fields.ts";
import { readToldOf } from "../lib/tool/own_backups.ts";
import { defineTool, READS } from "../lib/tool/tool.ts";

/** Guests that are told one by one. */
const MOST_GUESTS = 200;

const trend = {
  growth_bytes_per_day: z.number(),
  full_at: z.string().describe("By the last month's trend"),
};

export default defineTool({
  name: "get_capacity",
  title: "Capacity",
  description:
    "Tells the room of nodes and storages: used, promised to guests, when it is full by the last month; and what is lost if a node dies, guest by guest with node.",
  scope: "user",
  toolsets: ["cluster", "core"],
  hints: READS,
  subject: "cluster",
  across: "each",
  privileges: [
    ["/nodes/{node}", "Sys.Audit"],
    ["/vms/{vmid}", "VM.Audit"],
    ["/storage/{storage}", "Datastore.Audit"],
  ],
  conditionalPrivileges: READING_BACKUPS,
  backupPrivileges: [["/datastore/{store}", "Datastore.Audit"]],
  input: z.strictObject({
    node: nodeName.optional().describe("What becomes of each of its guests if it dies"),
  }),
  output: z.object({
    if_lost: z.array(
      z.object(
        {
          node: z.string(),
          guests: z.int(),
          lost: z.int(),
          lost_without_backup: z.int(),
          rest_fits: z.boolean(),
          memory_needed_bytes: z.number(),
          memory_free_elsewhere_bytes: z.number(),
        } satisfies ColumnsOf<NodeLoss>,
      ).partial(),
    ),
    guests: z.array(
      z.object(
        {
          vmid: z.int(),
          name: z.string(),
          node: z.string(),
          status: z.string(),
          fate: z.enum([
            "lost",
            "older copy on another node",
            "to be started elsewhere by hand",
            "restarted by HA",
            "unknown",
          ]),
          because: z.string(),
          newest_backup_at: z.string(),
        } satisfies ColumnsOf<GuestFate>,
      ).partial(),
    ).optional(),
    nodes: z.array(
      z.object(
        {
          node: z.string(),
          status: z.string(),
          cpus: z.number(),
          cpus_promised: z.number(),
          memory_bytes: z.number(),
          memory_used_bytes: z.number(),
          memory_promised_bytes: z.number(),
          memory_promised_to_all_bytes: z.number(),
          ...trend,
        } satisfies ColumnsOf<NodeRoom>,
      ).partial(),
    ),
    storages: z.array(
      z.object(
        {
          storage: z.string(),
          node: z.string(),
          type: z.string(),
          total_bytes: z.number(),
          used_bytes: z.number(),
          promised_bytes: z.number(),
          ...trend,
        } satisfies ColumnsOf<StorageRoom>,
      ).partial(),
    ),
    warnings: paged.warnings,
  }),
  action: () => "read the capacity",
  run: async ({ node }, context) => {
    const { pve } = context;
    const resources = await pve.resources();
    assertKnown(node, { what: "node", known: nodesIn(resources) });
    const guests = guestsIn(resources);
    const [disks, copies, ...hidden] = await Promise.all([
      readGuestDisks(pve, { guests, resources }),
      readCopies(pve, { resources, guests, readTold: () => readToldOf(context) }),
      unseenLoad(pve),
      unseenStorages(pve),
    ]);
    const { warnings, ...around } = copies;
    const fates = fatesOf({ resources, guests, disks, ...around });
    const own = fates.filter((fate) => fate.node === node);
    const left = own.length - MOST_GUESTS;
    return {
      if_lost: lossesOf(fates, { resources }).filter((loss) => (node ?? loss.node) === loss.node),
      ...(node === undefined ? {} : { guests: own.slice(0, MOST_GUESTS) }),
      nodes: (await nodeRooms(pve, { resources, guests })).filter((room) =>
        (node ?? room.node) === room.node
      ),
      storages: (await storageRooms(pve, { resources, guests, disks })).filter((room) =>
        node === undefined || room.node === undefined || room.node === node
      ),
      ...warned([
        ...absences(resources),
        ...unsized(resources),
        ...withoutRoom(resources),
        ...hidden.flat(),
        ...disks.warnings,
        ...warnings,
        ...(left > 0 ? [`${left} more guests of node ${node} are not shown`] : []),
      ]),
    };
  },
});
