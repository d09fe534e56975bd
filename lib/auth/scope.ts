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
