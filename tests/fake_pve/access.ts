import type { Check } from "./contract.ts";
import { deny, refuse } from "./errors.ts";
import { type Identity, ownerOf } from "./identity.ts";
import type { FakeState } from "./state.ts";
import type { Raw } from "./validate.ts";

/** Privileges that one user, group or token holds on a path, with their propagate flag. */
function granted(
  state: FakeState,
  type: string,
  ugid: string,
  path: string,
): Map<string, boolean> | undefined {
  const parts = path.split("/").filter((part) => part !== "");
  let found: Map<string, boolean> | undefined;
  for (let depth = 0; depth <= parts.length; depth++) {
    const here = "/" + parts.slice(0, depth).join("/");
    const exact = depth === parts.length;
    const entries = state.acl.filter((acl) =>
      acl.path === here && acl.type === type && acl.ugid === ugid
    );
    const applying = entries.filter((acl) => exact || acl.propagate);
    if (!applying.length) continue;
    found = new Map();
    for (const acl of applying) {
      for (const priv of state.roles.get(acl.roleid)?.privs ?? []) {
        found.set(priv, (found.get(priv) ?? false) || acl.propagate);
      }
    }
  }
  return found;
}

function ofPrincipal(
  state: FakeState,
  type: "user" | "token",
  id: string,
  path: string,
): Map<string, boolean> {
  const own = granted(state, type, id, path);
  if (own) return own;
  const all = new Map<string, boolean>();
  if (type === "token") return all;
  for (const group of state.users.get(id)?.groups ?? []) {
    for (const [priv, flag] of granted(state, "group", group, path) ?? []) all.set(priv, flag);
  }
  return all;
}

function onPath(state: FakeState, who: Identity, path: string): Map<string, boolean> {
  const root = who.user === "root@pam";
  const user = root
    ? new Map((state.roles.get("Administrator")?.privs ?? []).map((priv) => [priv, true]))
    : ofPrincipal(state, "user", who.user, path);
  if (!who.token || !who.privsep) return user;
  const token = ofPrincipal(state, "token", ownerOf(who), path);
  return new Map([...token].filter(([priv]) => user.has(priv)));
}

/** All privileges on a path; members of a pool inherit what is granted on the pool, not propagating. */
export function privileges(state: FakeState, who: Identity, path: string): Map<string, boolean> {
  const own = onPath(state, who, path);
  const vmid = /^\/vms\/(\d+)$/.exec(path)?.[1];
  const storageId = /^\/storage\/([^/]+)$/.exec(path)?.[1];
  const pools = [...state.pools.values()].filter((pool) =>
    (vmid && state.guests.get(Number(vmid))?.pool === pool.poolid) ||
    (storageId && pool.storages.includes(storageId))
  );
  for (const pool of pools) {
    for (const [priv] of onPath(state, who, `/pool/${pool.poolid}`)) {
      if (!own.has(priv)) own.set(priv, false);
    }
  }
  return own;
}

export function may(
  state: FakeState,
  who: Identity,
  path: string,
  wanted: string[],
  any = false,
): boolean {
  const held = privileges(state, who, path);
  const test = (priv: string) => held.has(priv);
  return any ? wanted.some(test) : wanted.every(test);
}

/** Refuses with 403 unless every privilege, or any of them, is held. */
export function need(
  state: FakeState,
  who: Identity,
  path: string,
  wanted: string[],
  any = false,
): void {
  if (any) {
    if (!may(state, who, path, wanted, true)) deny(`${path}, ${wanted.join("|")}`);
    return;
  }
  const held = privileges(state, who, path);
  for (const priv of wanted) if (!held.has(priv)) deny(`${path}, ${priv}`);
}

/** Evaluates the `permissions` of an API method before its parameters are looked at. */
export function checkPermissions(
  state: FakeState,
  who: Identity,
  permissions: { user?: string; check?: Check },
  params: Raw,
): void {
  if (permissions.user) return;
  if (!permissions.check) {
    if (ownerOf(who) !== "root@pam") deny("user != root@pam");
    return;
  }
  evaluate(state, who, permissions.check, params, false);
}

function evaluate(
  state: FakeState,
  who: Identity,
  check: Check,
  params: Raw,
  quiet: boolean,
): boolean {
  const [kind, ...rest] = check;
  if (kind === "and") {
    return rest.every((part) => evaluate(state, who, part as Check, params, quiet));
  }
  if (kind === "or") {
    if (rest.some((part) => evaluate(state, who, part as Check, params, true))) return true;
    if (!quiet) deny();
    return false;
  }
  if (kind === "perm") return evaluatePath(state, who, rest, params, quiet);
  const allowed = kind === "userid-param" && rest[0] === "self"
    ? params.userid === who.user && !who.token
    : kind === "userid-param"
    ? may(state, who, `/access/realm/${realmOf(params)}`, [String(rest[0])])
    : kind === "perm-modify"
    ? may(state, who, String(params.path ?? "/"), ["Permissions.Modify"])
    : may(state, who, "/access/groups", (rest[0] as string[]) ?? [], true);
  if (!allowed && !quiet) {
    deny(
      kind === "userid-group" ? `/access/groups, ${(rest[0] as string[]).join("|")}` : undefined,
    );
  }
  return allowed;
}

function realmOf(params: Raw): string {
  return String(params.userid ?? "").split("@").at(-1) ?? "";
}

function evaluatePath(
  state: FakeState,
  who: Identity,
  rest: unknown[],
  params: Raw,
  quiet: boolean,
): boolean {
  const [template, wanted, ...options] = rest as [string, string[], ...unknown[]];
  const required = options.indexOf("require_param");
  if (required >= 0 && (params[String(options[required + 1])] ?? null) === null) {
    if (!quiet) deny();
    return false;
  }
  const path = template.replace(/\{([^}]+)\}/g, (_, name: string) => {
    const value = params[name] ?? (name === "pool" ? params.pool : undefined);
    if (value === undefined || value === null) {
      refuse({ [name]: "property is missing and it is not optional" });
    }
    return String(value);
  });
  const privs = state.version.startsWith("8.") ? wanted.map(forVersion8) : wanted;
  const any = options.includes("any");
  if (quiet) return may(state, who, path, privs, any);
  need(state, who, path, privs, any);
  return true;
}

function forVersion8(privilege: string): string {
  return privilege.startsWith("VM.GuestAgent.") ? "VM.Monitor" : privilege;
}
