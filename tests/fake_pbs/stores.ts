import { type AuthId, held, isToken, may, mayBelow, userOf } from "./access.ts";
import { fail, forbid } from "./errors.ts";
import type { BackupType, FakeDatastore, FakeGroup, FakePbsState, FakeSnapshot } from "./state.ts";
import type { Call } from "./world.ts";

/** What lets see that a datastore exists, when held on any namespace in it. */
const onNamespaces = ["Modify", "Read", "Backup", "Audit"].map((one) => `Datastore.${one}`);

export const noFile = "ENOENT: No such file or directory";

export function aclPath(store: string, ns = ""): string {
  return `/datastore/${store}${ns === "" ? "" : `/${ns}`}`;
}

export function storeNamed(state: FakePbsState, name: string): FakeDatastore {
  return state.datastores.get(name) ?? fail(`no such datastore '${name}'`);
}

interface Maintenance {
  type: string;
  message: string;
}

export function maintenanceOf({ config }: FakeDatastore): Maintenance | undefined {
  const text = config["maintenance-mode"];
  if (text === undefined) return undefined;
  const [, type = "", message = ""] = /^(?:type=)?([a-z0-9-]+)(?:,message="?([^"]*)"?)?$/.exec(
    String(text),
  ) ?? [];
  return { type, message };
}

/** Why a datastore cannot be used for reading or writing, or undefined. */
export function hindrance(store: FakeDatastore, access: "read" | "write"): string | undefined {
  const mode = maintenanceOf(store);
  const { name } = store.config;
  if (mode && /^(delete|unmount)$/.test(mode.type)) {
    const doing = mode.type === "delete" ? "deleted" : "unmounted";
    return `datastore '${name}' is unavailable: datastore is being ${doing}`;
  }
  if (mode && (mode.type !== "read-only" || access === "write")) {
    return `datastore '${name}' is unavailable: ${mode.type} maintenance mode: ${mode.message}`;
  }
  if (isAway(store)) return `datastore '${name}' is not mounted`;
  if (!store.missing) return undefined;
  return `unable to open chunk store at "${store.config.path}/.chunks" - No such file or directory (os error 2)`;
}

/** Whether it is removable and its disk is not there. */
export function isAway({ mount }: FakeDatastore): boolean {
  return mount === "notmounted";
}

/** A datastore that can be used now. */
export function usableStore(
  state: FakePbsState,
  name: string,
  access: "read" | "write",
): FakeDatastore {
  const store = storeNamed(state, name);
  const why = hindrance(store, access);
  return why === undefined ? store : fail(why);
}

/** A task ends as a call fails where its datastore cannot be used any more. */
export function stillUsable(store: FakeDatastore): void {
  const why = hindrance(store, "write");
  if (why !== undefined) fail(why);
}

/** Whether nothing but what is in its namespaces may be seen of a datastore. */
export function seesOnlyBelow({ state, who }: Call, name: string): boolean {
  return mayBelow(state, who, aclPath(name), onNamespaces);
}

/** Refuses unless a privilege is held; true when it is one that is good for what one owns only. */
function ownOnly({ params, state, who }: Call, all: string[], own: string[]): boolean {
  const path = aclPath(params.text("store"), params.text("ns"));
  const privs = held(state, who, path);
  if (all.some((one) => privs.has(one))) return false;
  if (own.some((one) => privs.has(one))) return true;
  forbid(`permission check failed - missing ${[...all, ...own].join("|")} on ${path}`);
}

/** A group belongs to a token, and with it to the token's user. */
export function owns(who: AuthId, owner: string): boolean {
  return who === owner || (isToken(owner) && userOf(owner) === who);
}

export function checkOwner(who: AuthId, owner: string): void {
  if (!owns(who, owner)) fail(`backup owner check failed (${who} != ${owner})`);
}

/** The store of a call whose rights are looked at first, as is the namespace in it. */
export function enter(
  call: Call,
  { access, all, own = [] }: { access: "read" | "write"; all: string[]; own?: string[] },
): { store: FakeDatastore; ns: string; mine: boolean } {
  const mine = ownOnly(call, all, own);
  const store = usableStore(call.state, call.params.text("store"), access);
  return { store, ns: call.params.text("ns"), mine };
}

export function hasNamespace(store: FakeDatastore, ns: string): boolean {
  return ns === "" || store.namespaces.includes(ns);
}

export function groupsIn(store: FakeDatastore, ns: string): FakeGroup[] {
  if (!hasNamespace(store, ns)) fail(noFile);
  return store.groups.filter((one) => one.ns === ns && one.snapshots.length > 0);
}

export function findGroup(
  store: FakeDatastore,
  { ns, type, id }: { ns: string; type: string; id: string },
): FakeGroup | undefined {
  return store.groups.find((one) => one.ns === ns && one.type === type && one.id === id);
}

/** The group that a call's parameters name. */
export function groupOf(store: FakeDatastore, { params }: Call): FakeGroup | undefined {
  return findGroup(store, {
    ns: params.text("ns"),
    type: params.text("backup-type"),
    id: params.text("backup-id"),
  });
}

export function timeText(seconds: number): string {
  return `${new Date(seconds * 1000).toISOString().slice(0, 19)}Z`;
}

/** As logs name it: `vm/101/2026-11-26T14:05:41Z`. */
export function snapshotName(
  { type, id }: { type: string; id: string },
  { time }: { time: number },
): string {
  return `${type}/${id}/${timeText(time)}`;
}

/** The folder of a namespace, group or snapshot on the server's disk. */
export function folderOf(store: FakeDatastore, ns: string, rest: string): string {
  const below = ns === "" ? "" : ns.split("/").map((part) => `/ns/${part}`).join("");
  return `${store.config.path}${below}/${rest}`;
}

/** The namespaces from one down, itself first; `depth` 0 is itself alone. */
export function namespacesBelow(store: FakeDatastore, ns: string, depth = 7): string[] {
  const level = (one: string) => one === "" ? 0 : one.split("/").length;
  return ["", ...store.namespaces].filter((one) =>
    (ns === "" || one === ns || one.startsWith(`${ns}/`)) && level(one) - level(ns) <= depth
  );
}

export function sizeOf(snapshot: FakeSnapshot): number | undefined {
  if (!snapshot.files.length) return undefined;
  return snapshot.files.reduce((sum, file) => sum + file.size, 0);
}

export function chunkBytes(store: FakeDatastore): { used: number; unused: number } {
  const used = store.groups.flatMap((group) => group.snapshots)
    .reduce((sum, one) => sum + one.ownBytes, 0);
  return { used, unused: store.garbage.reduce((sum, one) => sum + one.bytes, 0) };
}

export function usageOf(store: FakeDatastore): { total: number; used: number; avail: number } {
  const { used, unused } = chunkBytes(store);
  const all = Math.min(store.total, store.otherBytes + used + unused);
  return { total: store.total, used: all, avail: store.total - all };
}

/** Takes a snapshot away; its chunks stay until they are collected. */
export function removeSnapshot(store: FakeDatastore, group: FakeGroup, snapshot: FakeSnapshot) {
  group.snapshots = group.snapshots.filter((one) => one !== snapshot);
  store.garbage.push({ bytes: snapshot.ownBytes, touched: snapshot.time });
  if (!group.snapshots.length) store.groups = store.groups.filter((one) => one !== group);
}

export const backupTypes: readonly BackupType[] = ["vm", "ct", "host"];

export { may };
