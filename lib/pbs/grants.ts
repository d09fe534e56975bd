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

/** Whether a privilege holds at some path at or below this one. */
export function mayWithin(grants: PbsGrants, path: string, privilege: string): boolean {
  const below = path === "/" ? "/" : `${path}/`;
  return mayAt(grants, path, privilege) ||
    Object.keys(grants).some((at) => at.startsWith(below) && mayAt(grants, at, privilege));
}
