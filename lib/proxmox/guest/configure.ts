import { AppError, toAppError } from "../../errors.ts";
import { isKind } from "../api/errors.ts";
import type { ParamsOf } from "../api/types.ts";
import { type GuestConfig, text } from "../api/values.ts";
import type { Patience } from "../following.ts";
import { assertUnmasked, type Change, redactedParams } from "../plan.ts";
import type { Pve } from "../pve.ts";
import type { TaskState } from "../tasks.ts";
import { readConfig } from "./config.ts";
import type { Guest, GuestType } from "./directory.ts";
import { lockedText } from "./locked.ts";
import { readSettings, type Settings as Held, waitingKeys } from "./pending.ts";
import { sameSetting, showSetting } from "./setting_values.ts";
import { settle } from "./settle.ts";
import { withWritten } from "./written.ts";

const CONFIG = "/nodes/{node}/{type}/{vmid}/config";

type Settings<T extends GuestType> = ParamsOf<
  GuestType extends T ? typeof CONFIG : `/nodes/{node}/${T}/{vmid}/config`,
  "PUT"
>;

export interface ConfigEdit<T extends GuestType = GuestType> {
  /** Keys as Proxmox names them; undefined values are left alone. */
  readonly set: Settings<T>;
  readonly unset?: readonly string[];
  /** Takes back what waits for the next start and is not set or unset here. */
  readonly revert?: boolean;
  /** Takes a snapshot, when something is to be changed; gives its name. */
  readonly snapshotFirst?: (() => Promise<string>) | undefined;
  /** Destroys the volumes of what is unset, which are kept as unused disks otherwise; VMs only. */
  readonly force?: boolean;
  /** Has Proxmox make the change in a task, which is followed; VMs only. */
  readonly inTask?: Patience | undefined;
}

/** What an edit of a guest's configuration did. */
export interface ConfigResult extends Partial<TaskState> {
  readonly changes: Record<string, Change>;
  /** Keys that take effect at the guest's next start, whoever changed them. */
  readonly pending: string[];
  /** True when there was nothing to change. */
  readonly unchanged?: true;
  /** The snapshot that was taken before the change. */
  readonly snapshot?: string;
}

/**
 * Changes a guest's configuration with the digest just read, so that somebody else's change in
 * between is noticed and not overwritten.
 *
 * @param edit may depend on what is set now
 * @throws AppError `conflict` that shows what was changed meanwhile; Proxmox's own with what was
 * written all the same
 */
export async function configureGuest<T extends GuestType>(
  pve: Pve,
  guest: Pick<Guest<T>, "node" | "type" | "vmid">,
  edit: ConfigEdit<T> | ((before: GuestConfig) => ConfigEdit<T>),
): Promise<ConfigResult> {
  const [before, settings] = await Promise.all([
    readConfig(pve, guest),
    // Not knowing what waits keeps nothing but a revert from being done.
    readSettings(pve, guest).catch(toAppError),
  ]);
  const wanted = typeof edit === "function" ? edit(before) : edit;
  if (settings instanceof AppError && wanted.revert) throw settings;
  const held: Held = settings instanceof AppError ? new Map() : settings;
  const set: Readonly<Record<string, unknown>> = Object.fromEntries(
    Object.entries(wanted.set as Record<string, unknown>).filter(([key, value]) =>
      value !== undefined && !sameSetting(key, before[key], value)
    ),
  );
  assertUnmasked(set);
  const unset = (wanted.unset ?? []).filter((key) => before[key] !== undefined);
  const revert = wanted.revert
    ? waitingKeys(held).filter((key) => !(key in set) && !unset.includes(key))
    : [];
  const changes = {
    ...describeChanges(redactedParams(before), redactedParams(set), unset),
    ...describeReverted(held, revert),
  };
  Object.assign(pve.plan.changes, changes);
  if (Object.keys(changes).length === 0) {
    if (settings instanceof AppError) warnUnknown(pve, "nothing was to be changed", settings);
    const nothing = pve.unchanged("the settings are like that already");
    return told(pve, guest, { ...nothing, changes, pending: waitingKeys(held) });
  }
  const lock = text(before.lock);
  pve.check("is not locked", lock === undefined, lockedText(guest, lock));
  if (wanted.snapshotFirst) {
    const snapshot = await wanted.snapshotFirst();
    // The snapshot is part of the configuration: it has a new digest.
    const done = await configureGuest(pve, guest, { ...wanted, snapshotFirst: undefined });
    return { ...done, snapshot };
  }
  const { inTask } = wanted;
  const params = (digest: string | undefined) => ({
    ...set,
    ...(unset.length > 0 ? { delete: unset.join(",") } : {}),
    ...(unset.length > 0 && wanted.force ? { force: true } : {}),
    ...(revert.length > 0 ? { revert: revert.join(",") } : {}),
    digest,
  });
  try {
    const upid = await sendUnlessChanged(pve, guest, {
      before,
      send: async (digest) =>
        inTask === undefined
          ? await pve.put(CONFIG, guest, params(digest))
          : await pve.post("/nodes/{node}/qemu/{vmid}/config", guest, params(digest)),
    });
    const task = inTask === undefined ? {} : await settle(pve, upid, inTask);
    const isDone = !pve.dryRun && task.status !== "running";
    return told(pve, guest, {
      changes,
      pending: isDone ? await pendingKeys(pve, guest) : [],
      ...task,
    });
  } catch (error) {
    throw await withWritten(pve, guest, { before: settings, error, inTask: inTask !== undefined });
  }
}

/** Says what a list of keys alone does not. */
function told(pve: Pve, { type }: Pick<Guest, "type">, result: ConfigResult): ConfigResult {
  const { pending } = result;
  if (pending.length > 0) {
    const reboot = pve.advice[type === "qemu" ? "restart_vm" : "restart_container"];
    pve.warn(`waits for a restart: ${pending.join(", ")}; ${reboot}`);
  }
  return result;
}

/**
 * Sends a change with the digest of the configuration that was read before it.
 *
 * @throws AppError `conflict` that shows what was changed meanwhile
 */
export async function sendUnlessChanged<T>(
  pve: Pve,
  guest: Pick<Guest, "node" | "type" | "vmid">,
  { before, send }: { before: GuestConfig; send: (digest: string | undefined) => Promise<T> },
): Promise<T> {
  try {
    return await send(before.digest);
  } catch (error) {
    if (!isKind(error, "modified")) throw error;
    throw new AppError("conflict", await meanwhile(pve, guest, before), { cause: error });
  }
}

async function meanwhile(
  pve: Pve,
  guest: Pick<Guest, "node" | "type" | "vmid">,
  before: GuestConfig,
): Promise<string> {
  const after = await readConfig(pve, guest);
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])]
    .filter((key) => key !== "digest" && !sameSetting(key, before[key], after[key]));
  const [was, is] = [redactedParams(before), redactedParams(after)];
  const list = keys.map((key) => `${key}: ${showSetting(was[key])} → ${showSetting(is[key])}`)
    .join(", ");
  return `the configuration was changed meanwhile (${
    list || "and changed back"
  }); nothing was written: look at it, then retry`;
}

/** What waits for the next start now that the change is made, so that not knowing it is no failure. */
async function pendingKeys(
  pve: Pve,
  guest: Pick<Guest, "node" | "type" | "vmid">,
): Promise<string[]> {
  try {
    return waitingKeys(await readSettings(pve, guest));
  } catch (error) {
    warnUnknown(pve, "the change was made", toAppError(error));
    return [];
  }
}

function warnUnknown(pve: Pve, done: string, { message }: AppError): void {
  pve.warn(`${done}; what waits for the guest's next start is unknown: ${message}`);
}

function describeChanges(
  before: GuestConfig,
  set: Readonly<Record<string, unknown>>,
  unset: readonly string[],
): Record<string, Change> {
  const changes: Record<string, Change> = {};
  for (const [key, to] of Object.entries(set)) {
    const from = before[key];
    changes[key] = from === undefined ? { to } : { from, to };
  }
  for (const key of unset) changes[key] = { from: before[key] };
  return changes;
}

/** What the next start would have made of these, and what they stay. */
function describeReverted(held: Held, keys: readonly string[]): Record<string, Change> {
  return Object.fromEntries(keys.map((key) => {
    const { next, value } = held.get(key) ?? {};
    const change = {
      ...(next === undefined ? {} : { from: redactedParams({ [key]: next })[key] }),
      ...(value === undefined ? {} : { to: redactedParams({ [key]: value })[key] }),
    };
    return [key, change];
  }));
}
