import type { RoleRecord, TokenRecord, UserRecord } from "./accounts.ts";

/** Scopes in ascending order: each includes the ones before it. */
export const SCOPES = ["user", "write", "admin"] as const;

/** What a caller may do: `user` reads, `write` changes what can be changed back, `admin` does anything. */
export type Scope = typeof SCOPES[number];

/** The permissions that a token may carry, in ascending order. */
export const PERMISSIONS = ["read", "write", "admin"] as const;

/** What a token row says; `read` is the scope `user`. */
export type Permission = typeof PERMISSIONS[number];

/** True when `held` includes `needed`. */
export function includesScope(held: Scope, needed: Scope): boolean {
  return SCOPES.indexOf(held) >= SCOPES.indexOf(needed);
}

/** The lesser of two scopes. */
export function lesserScope(a: Scope, b: Scope): Scope {
  return includesScope(a, b) ? b : a;
}

/** The scope that a token's permission stands for. */
export function scopeOfPermission(permission: Permission): Scope {
  return permission === "read" ? "user" : permission;
}

/** The permission of a token that is to have this scope. */
export function permissionOf(scope: Scope): Permission {
  return scope === "user" ? "read" : scope;
}

/** The scope that a role gives. */
export function scopeOfRole(role: RoleRecord): Scope {
  if (role.isSuperuser || role.canAdmin) return "admin";
  return role.canWrite ? "write" : "user";
}

/** The scope of the user's role; without one, a superuser has all and anyone else reads. */
export function scopeOfUser({ role, isSuperuser }: UserRecord): Scope {
  if (role !== null) return scopeOfRole(role);
  return isSuperuser ? "admin" : "user";
}

/** The lesser of the token's permission and what its user's role allows. */
export function effectiveScope(record: TokenRecord): Scope {
  return lesserScope(scopeOfPermission(record.permission), scopeOfUser(record.user));
}
