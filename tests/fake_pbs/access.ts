import { type Checked, type Permission } from "./contract.ts";
import { fail, forbid } from "./errors.ts";
import { privileges, roles } from "./roles.ts";
import type { FakePbsState } from "./state.ts";

/** Who sent a request: `user@realm` or `user@realm!token`; empty for nobody. */
export type AuthId = string;

/** A privilege, and whether it holds below the path too. */
type Held = Map<string, boolean>;

export function userOf(who: AuthId): string {
  return who.split("!")[0] ?? "";
}

export function isToken(who: AuthId): boolean {
  return who.includes("!");
}

function partsOf(path: string): string[] {
  return path.split("/").filter((part) => part !== "");
}

/** A role on a deeper path replaces the one above. */
function granted(state: FakePbsState, ugid: string, path: string): Held {
  if (ugid === "root@pam") return new Map(privileges.map((priv) => [priv, true]));
  const parts = partsOf(path);
  let held: Held = new Map();
  for (let depth = 0; depth <= parts.length; depth++) {
    const here = "/" + parts.slice(0, depth).join("/");
    const applying = state.acl.filter((one) =>
      one.ugid === ugid && one.path === here && (one.propagate || depth === parts.length)
    );
    if (!applying.length) continue;
    held = new Map();
    if (applying.some((one) => one.role === "NoAccess")) continue;
    for (const { role, propagate } of applying) {
      for (const priv of roles[role]?.privs ?? []) {
        held.set(priv, (held.get(priv) ?? false) || propagate);
      }
    }
  }
  return held;
}

/** A token has what both itself and its user were granted. */
export function held(state: FakePbsState, who: AuthId, path: string): Held {
  const own = granted(state, who, path);
  if (!isToken(who)) return own;
  const users = granted(state, userOf(who), path);
  return new Map(
    [...own].filter(([priv]) => users.has(priv))
      .map(([priv, propagate]) => [priv, propagate && users.get(priv) === true]),
  );
}

export function may(state: FakePbsState, who: AuthId, path: string, any: string[]): boolean {
  const privs = held(state, who, path);
  return any.some((priv) => privs.has(priv));
}

/** Whether any path below holds any of the privileges. */
export function mayBelow(state: FakePbsState, who: AuthId, path: string, any: string[]): boolean {
  return state.acl.some((one) => one.path.startsWith(`${path}/`) && may(state, who, one.path, any));
}

/** Refuses as methods do that check for a job or task: as a 400. */
export function needPrivs(state: FakePbsState, who: AuthId, path: string, any: string[]): void {
  if (may(state, who, path, any)) return;
  fail(`missing permissions '${any.join("|")}' on '${path}'`);
}

/** Evaluates the `permissions` of a method, which come before its parameters. */
export function checkPermissions(
  state: FakePbsState,
  who: AuthId,
  { permissions, uri }: { permissions: Permission; uri: Record<string, string> },
): void {
  if (!allowed(state, who, { permissions, uri })) forbid(undefined, "permission");
}

function allowed(
  state: FakePbsState,
  who: AuthId,
  { permissions, uri }: { permissions: Permission; uri: Record<string, string> },
): boolean {
  const { user, check, or, and, userParam } = permissions;
  const each = (one: Permission) => allowed(state, who, { permissions: one, uri });
  if (check) return holds(state, who, { check, uri });
  if (or) return or.some(each);
  if (and) return and.every(each);
  if (userParam) return uri[userParam] === who;
  return user === "world" || (user === "root@pam" ? who === "root@pam" : who !== "");
}

function holds(
  state: FakePbsState,
  who: AuthId,
  { check, uri }: { check: Checked; uri: Record<string, string> },
): boolean {
  const path = "/" +
    check.path.map((part) => part.replace(/^\{(.*)\}$/, (_, name: string) => uri[name] ?? ""))
      .join("/");
  const privs = held(state, who, path);
  const test = (priv: string) => privs.has(priv);
  return check.partial ? check.privs.some(test) : check.privs.every(test);
}
