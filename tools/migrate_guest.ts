import * as z from "zod";
import { AppError } from "../lib/errors.ts";
import { isKind } from "../lib/proxmox/api/errors.ts";
import { flag, number, record, text } from "../lib/proxmox/api/values.ts";
import { requireState } from "../lib/proxmox/guest/checks.ts";
import { type Guest, guestLabel } from "../lib/proxmox/guest/directory.ts";
import { haNotes } from "../lib/proxmox/guest/power.ts";
import type { Pve } from "../lib/proxmox/pve.ts";
import { guestInput, guestTaskResult, nodeName, storageId, waiting } from "../lib/tool/fields.ts";
import { CHANGES, defineTool } from "../lib/tool/tool.ts";

const GIB = 1024 ** 3;

export default defineTool({
  name: "migrate_guest",
  title: "Migrate guest",
  description: "Moves a VM or container to another node, a running VM live. Says what forbids it.",
  scope: "admin",
  toolsets: ["guests"],
  hints: CHANGES,
  subject: "guest",
  privileges: [["/vms/{vmid}", "VM.Migrate"]],
  conditionalPrivileges: [{
    privilege: ["/storage/{storage}", "Datastore.AllocateSpace"],
    when: "with target_storage",
    if: ({ target_storage }) => target_storage !== undefined,
  }],
  input: z.strictObject({
    ...guestInput,
    target: nodeName,
    with_local_disks: z.boolean().default(false).describe("Copy a VM's disks that are not shared"),
    target_storage: storageId.optional().describe("For copied disks; default: the same name"),
    restart: z.boolean().default(false).describe("Stop a running container, move and start it"),
    ...waiting,
  }),
  output: z.object({
    ...guestTaskResult,
    node: z.string().optional(),
    undo: z.string().optional(),
  }),
  action: ({ vmid, target }) => `migrate guest ${vmid} to node ${target}`,
  run: async (input, { pve }) => {
    const guest = await pve.claim(input);
    const { node, type, vmid } = guest;
    const { target } = input;
    if (target === node) return pve.unchanged(`${guestLabel(guest)} is on node ${node} already`);
    pve.assertGuest({ ...guest, node: target });
    const state = await requireState(pve, guest);
    const running = state.status !== "stopped";
    const notes = await requireMigratable(pve, guest, {
      target,
      running,
      withLocalDisks: input.with_local_disks,
      otherStorage: input.target_storage !== undefined,
      restart: input.restart,
    });
    notes.push(...haNotes(pve, state).notes ?? []);
    pve.about({ ...guest, node: target });
    const upid = type === "qemu"
      ? await pve.post("/nodes/{node}/qemu/{vmid}/migrate", guest, {
        target,
        online: running || undefined,
        "with-local-disks": input.with_local_disks || undefined,
        targetstorage: input.target_storage,
      })
      : await pve.post("/nodes/{node}/lxc/{vmid}/migrate", guest, {
        target,
        restart: running && input.restart || undefined,
        "target-storage": input.target_storage,
      });
    return {
      ...await pve.task(upid, input),
      node: target,
      undo: `migrate_guest ${vmid} to ${node}`,
      ...(notes.length > 0 ? { notes } : {}),
    };
  },
});

type Row = Readonly<Record<string, unknown>>;

interface MigrationWish {
  readonly target: string;
  readonly running: boolean;
  readonly withLocalDisks: boolean;
  /** Copied disks need not find their own storage at the target. */
  readonly otherStorage: boolean;
  readonly restart: boolean;
}

/**
 * Asks Proxmox whether the guest can go to the target and requires that nothing stands in its way.
 * Every reason is told, not the first one only.
 *
 * @returns notes for the caller
 */
async function requireMigratable(
  pve: Pve,
  guest: Guest,
  wish: MigrationWish,
): Promise<string[]> {
  const { target } = wish;
  const nodes = await pve.list("/nodes");
  const node = nodes.find((row) => row.node === target);
  pve.check(
    `node ${target} is online`,
    node?.status === "online",
    node ? `node ${target} is ${node.status}` : `there is no node ${target}; ${pve.advice.nodes}`,
  );
  const conditions = await readConditions(pve, guest, target);
  const includes = await pve.includes();
  const knows = (sid: string) => includes(Number(sid.slice(sid.indexOf(":") + 1)), guest.node);
  const others = list<string>(conditions?.["dependent-ha-resources"]);
  if (!others.every(knows)) {
    throw new AppError(
      "forbidden",
      "HA moves guests with it that the token's limits do not include",
    );
  }
  const reasons = conditions === undefined ? [] : reasonsAgainst(conditions, wish, knows);
  if (guest.type === "lxc" && wish.running && !wish.restart) {
    reasons.push("a running container cannot move; give restart to stop and start it, or stop it");
  }
  pve.check("nothing stands in its way", reasons.length === 0, reasons.join("; "));
  return conditions === undefined
    ? ["this Proxmox tells no preconditions for containers; the task itself checks them"]
    : others.length === 0
    ? []
    : [`HA moves these with it: ${others.join(", ")}`];
}

/** Undefined where Proxmox offers no such check: for containers before 9. */
async function readConditions(
  pve: Pve,
  guest: Guest,
  target: string,
): Promise<Row | undefined> {
  try {
    return await pve.get("/nodes/{node}/{type}/{vmid}/migrate", guest, { target });
  } catch (error) {
    if (isKind(error, "not_offered") && guest.type === "lxc") return undefined;
    throw error;
  }
}

/** @param knows whether the caller may know of the guest of an HA resource */
function reasonsAgainst(
  conditions: Row,
  { target, running, withLocalDisks, otherStorage }: MigrationWish,
  knows: (sid: string) => boolean,
) {
  const reasons: string[] = [];
  // A cloud-init drive moves with its VM, even a running one.
  const disks = list<Row>(conditions.local_disks).filter((disk) => !flag(disk.is_cloudinit));
  const own = disks.filter((disk) => !flag(disk.cdrom));
  const refused = conditions.not_allowed_nodes ?? conditions["not-allowed-nodes"];
  // Keyed by node, though the API's description shows the inner object only.
  const against = isRow(refused) ? refused[target] : undefined;
  // An allowed node has an empty object there (seen with 9.2.11).
  if (isRow(against) && Object.keys(against).length > 0) {
    const away = list<string>(against.unavailable_storages ?? against["unavailable-storages"]);
    const copied = new Set(otherStorage ? own.map(storageOf) : []);
    const storages = away.filter((storage) => !copied.has(storage));
    if (storages.length > 0) reasons.push(`node ${target} has no storage ${storages.join(", ")}`);
    const mapped = list(against["unavailable-resources"]);
    if (mapped.length > 0) {
      reasons.push(`node ${target} has no mapped resource ${mapped.join(", ")}`);
    }
    const blocking = list<Row>(against["blocking-ha-resources"]);
    if (blocking.length > 0) {
      reasons.push(
        `HA rules forbid it (${
          blocking.map(({ cause, sid }) =>
            `${knows(String(sid)) ? sid : "another guest"}: ${cause}`
          )
        })`,
      );
    }
    if (reasons.length === 0 && away.length === 0) {
      reasons.push(`Proxmox does not allow node ${target}`);
    }
  }
  reasons.push(...devicesAgainst(conditions, running));
  const inserted = disks.filter((disk) => flag(disk.cdrom));
  if (inserted.length > 0) {
    reasons.push(`a CD image is on its node's own storage: ${volumes(inserted)}; eject it first`);
  }
  if (own.length > 0 && !withLocalDisks) {
    reasons.push(`it has disks on its node: ${volumes(own)}; give with_local_disks to copy them`);
  }
  return reasons;
}

/** Proxmox lists mapped devices among the node's own too; some of them can even move live. */
function devicesAgainst(conditions: Row, running: boolean): string[] {
  const mapped = list<string>(conditions["mapped-resources"]);
  const info = record(conditions["mapped-resource-info"]);
  const fixed = list<string>(conditions.local_resources).filter((key) => !mapped.includes(key));
  const still = mapped.filter((key) => running && !flag(record(info[key])["live-migration"]));
  return [
    ...(fixed.length > 0 ? [`it uses devices of its node: ${fixed.join(", ")}`] : []),
    ...(still.length > 0
      ? [`it runs with devices that cannot move live: ${still.join(", ")}`]
      : []),
  ];
}

function storageOf({ volid }: Row): string {
  const name = String(volid);
  return name.slice(0, name.indexOf(":"));
}

function volumes(disks: readonly Row[]): string {
  return disks.map((disk) => {
    const size = number(disk.size);
    const gib = size === undefined ? "" : ` (${Math.round(size / GIB * 10) / 10} GiB)`;
    return `${text(disk.volid)}${gib}`;
  }).join(", ");
}

function list<T = unknown>(value: unknown): T[] {
  return Array.isArray(value) ? value : [];
}

function isRow(value: unknown): value is Row {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
