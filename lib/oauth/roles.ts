import type { RoleRecord } from "../auth/accounts.ts";
import { scopeOfRole, SCOPES } from "../auth/scope.ts";

/** The role that each group gives, by the groups' names. */
export type RolesByGroup = Readonly<Record<string, string>>;

/**
 * The strongest role that somebody's groups give; undefined when none does. A role that there is not gives
 * nothing.
 *
 * @param groups the claim as it came: a name or a list of names
 */
export function roleOfGroups(
  groups: unknown,
  { roles, known }: { roles: RolesByGroup; known: readonly RoleRecord[] },
): RoleRecord | undefined {
  const names = new Set([groups].flat());
  return Object.entries(roles)
    .filter(([group]) => names.has(group))
    .flatMap(([, name]) => known.filter((role) => role.name === name))
    .toSorted((a, b) => strengthOf(b) - strengthOf(a))[0];
}

function strengthOf(role: RoleRecord): number {
  return SCOPES.indexOf(scopeOfRole(role)) + (role.isSuperuser ? 1 : 0);
}
