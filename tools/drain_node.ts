import * as z from "zod";
import { AppError, onFailure } from "../lib/errors.ts";
import { number, type Resource } from "../lib/proxmox/api/values.ts";
import { type HaHomes, readHaHomes } from "../lib/proxmox/cluster/ha.ts";
import { guestOf } from "../lib/proxmox/guest/directory.ts";
import { MAINTENANCE, offlineNodes } from "../lib/proxmox/inventory.ts";
import { assertKnown, nodesIn } from "../lib/proxmox/known.ts";
import { Drain, type DrainRow } from "../lib/proxmox/migration/drain.ts";
import { Room } from "../lib/proxmox/migration/room.ts";
import type { Pve } from "../lib/proxmox/pve.ts";
import { requireGuestsSeen } from "../lib/proxmox/unseen.ts";
import type { ColumnsOf } from "../lib/tool/columns.ts";
import { TO_STORAGE } from "../lib/tool/conditions.ts";
import { changed, dryRun, nodeName, storageId } from "../lib/tool/fields.ts";
import { CHANGES, defineTool } from "../lib/tool/tool.ts";

const MOST_TOLD = 200;
/** Longer than a call may last until its answer. */
const LEASE_SECONDS = 120;

const row = z.object(
  {
    vmid: z.number(),
    name: z.string(),
    result: z.enum(["moved", "moving", "waiting", "left", "planned"]),
    target: z.string(),
    method: z.string(),
    detail: z.string(),
    upid: z.string(),
  } satisfies ColumnsOf<DrainRow>,
).partial();

const input = z.strictObject({
  node: nodeName,
  targets: z.array(nodeName).min(1).max(100).optional().describe("Default: all others"),
  parallel: z.int().min(1).max(8).default(2),
  with_local_disks: z.boolean().default(false).describe("Copy VMs' disks that are not shared"),
  target_storage: storageId.optional().describe("For copied disks; default: the same name"),
  restart: z.boolean().default(false).describe("Stop running containers, move and start them"),
  timeout_seconds: z.int().min(1).max(86_400).default(300),
  ...dryRun,
});

type Input = z.output<typeof input>;

export default defineTool({
  name: "drain_node",
  title: "Drain node",
  description:
    "Moves all guests off a node, to where there is room and HA allows; call again until it is empty.",
  scope: "admin",
  toolsets: ["cluster"],
  hints: CHANGES,
  subject: "node",
  privileges: [
    ["/vms/{vmid}", "VM.Migrate"],
    ["/vms/{vmid}", "VM.Audit"],
    ["/", "Sys.Audit"],
  ],
  conditionalPrivileges: TO_STORAGE,
  input,
  output: z.object({
    node: z.string().optional(),
    empty: z.boolean().optional(),
    moved: z.int().optional(),
    moving: z.int().optional(),
    waiting: z.int().optional(),
    left: z.int().optional(),
    guests: z.array(row).optional(),
    undo: z.string().optional(),
    unchanged: z.boolean().optional(),
    ...changed,
  }),
  action: ({ node }) => `drain node ${node}`,
  run: async (input, { pve }) => {
    const { node } = input;
    const resources = await pve.resources();
    const { guests, room } = survey(pve, { input, resources });
    await requireGuestsSeen(pve, `whether more guests are on node ${node}`);
    if (guests.length === 0) return { ...pve.unchanged(`no guest is on node ${node}`), node };
    if (!pve.dryRun && !await pve.lease("drain", LEASE_SECONDS)) {
      throw new AppError("conflict", "another drain is under way; call again when it has answered");
    }
    const drain = new Drain({
      pve,
      node,
      wish: {
        withLocalDisks: input.with_local_disks,
        targetStorage: input.target_storage,
        restart: input.restart,
        timeout_seconds: input.timeout_seconds,
      },
      room,
      homes: await homesOf(pve),
      includes: await pve.includes(),
    });
    const rows = await drain.move(guests, { atOnce: input.parallel });
    return pve.dryRun ? {} : answerOf(node, rows);
  },
});

/** The guests to move, the largest running ones first, and where they may go. */
function survey(
  pve: Pve,
  { input: { node, targets }, resources }: { input: Input; resources: readonly Resource[] },
): { guests: Resource[]; room: Room } {
  pve.wholeNode(node);
  const known = nodesIn(resources);
  for (const name of [node, ...targets ?? []]) assertKnown(name, { what: "node", known });
  if (targets?.includes(node)) throw new AppError("invalid", `node ${node} is to be empty`);
  const offline = offlineNodes(resources);
  if (offline.has(node)) {
    throw new AppError("conflict", `node ${node} is offline: nothing on it can be moved`);
  }
  const others = resources.filter((row) => row.type === "node" && row.node !== node)
    .filter((row) => targets === undefined || targets.includes(row.node ?? ""))
    .filter((row) => row.status === "online" && row.hastate !== MAINTENANCE);
  if (others.length === 0) {
    const which = targets === undefined ? "no other node" : `none of ${targets.join(", ")}`;
    throw new AppError("conflict", `${which} is online and out of HA's maintenance`);
  }
  const weight = (row: Resource) => row.status === "running" ? number(row.maxmem) ?? 0 : -1;
  const guests = resources.filter((row) => row.node === node && guestOf(row) !== undefined)
    .sort((a, b) => weight(b) - weight(a) || Number(a.vmid) - Number(b.vmid));
  return { guests, room: new Room(others) };
}

/** A cluster whose HA cannot be read is drained all the same. */
function homesOf(pve: Pve): Promise<HaHomes> {
  return readHaHomes(pve).catch(onFailure((error) => {
    pve.warn(`HA's rules could not be read: ${error.message}`);
    return { pullsBack: () => undefined };
  }));
}

function answerOf(node: string, rows: readonly DrainRow[]) {
  const by = (result: DrainRow["result"]) => rows.filter((row) => row.result === result);
  const [moved, moving, waiting, left] = [by("moved"), by("moving"), by("waiting"), by("left")];
  const open = moving.length + waiting.length;
  const pulled = left.some(({ detail }) => detail?.startsWith("HA would bring it back"));
  const notes = [
    ...(open > 0 ? [`still running: call drain_node again with the same arguments to go on`] : []),
    ...(pulled
      ? [
        `HA keeps guests here until maintenance: run on a node's shell ha-manager crm-command node-maintenance enable ${node}`,
      ]
      : []),
    ...(open + left.length === 0 ? [`next: reboot_node or shutdown_node`] : []),
    ...(rows.length > MOST_TOLD ? [`only ${MOST_TOLD} of ${rows.length} guests are shown`] : []),
  ];
  return {
    node,
    empty: open + left.length === 0,
    moved: moved.length,
    moving: moving.length,
    waiting: waiting.length,
    left: left.length,
    guests: [...left, ...moving, ...waiting, ...moved].slice(0, MOST_TOLD),
    ...(moved.length > 0 ? { undo: `migrate_guest each that moved to ${node}` } : {}),
    ...(notes.length > 0 ? { notes } : {}),
  };
}
