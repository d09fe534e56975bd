/** Privileges by path: `{ "/datastore": { "Datastore.Audit": true } }`; true where those below have it too. */
export type PbsGrants = Readonly<Record<string, Readonly<Record<string, boolean>>>>;

/** What a token may do, as `/access/permissions` tells it. */
export function grantsOf(data: unknown): PbsGrants {
  return typeof data === "object" && data !== null ? data as PbsGrants : {};
}

/**
 * Whether a privilege holds at a path. What is said of a deeper path replaces what is said above it
 * (more.txt: RemoteAudit on `/remote` takes Sys.Audit away there).
 */
export function mayAt(grants: PbsGrants, path: string, privilege: string): boolean {
  for (let at = path;; at = at.slice(0, at.lastIndexOf("/")) || "/") {
    const here = grants[at]?.[privilege];
    if (grants[at] !== undefined) return here === true || (here === false && at === path);
    if (at === "/") return false;
  }
}

/**
 * Where at or below a path a privilege does not hold. Of what is below, only that is known at which something
 * else holds: no other path is told (`list_permissions`).
 */
export function lackingWithin(grants: PbsGrants, path: string, privilege: string): string[] {
  // One that does not propagate holds for nothing below.
  if (!mayAt(grants, `${path}/`, privilege)) return [path];
  const lacking = Object.keys(grants).filter((at) =>
    at.startsWith(`${path}/`) && !mayAt(grants, at, privilege)
  );
  return lacking.filter((at) => !lacking.some((above) => at.startsWith(`${above}/`))).sort();
}

/** Whether a privilege holds at some path at or below this one. */
export function mayWithin(grants: PbsGrants, path: string, privilege: string): boolean {
  const below = path === "/" ? "/" : `${path}/`;
  return mayAt(grants, path, privilege) ||
    Object.keys(grants).some((at) => at.startsWith(below) && mayAt(grants, at, privilege));
}
