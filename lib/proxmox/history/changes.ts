import type { History, KeptChange } from "../../database/history.ts";
import type { Pve } from "../pve.ts";
import { contentOf, namedBy, OBJECTS } from "./content.ts";
import { type Difference, differencesOf } from "./differences.ts";
import { pastWithin } from "./past.ts";

/** A change that a look has found. */
export interface SeenChange {
  readonly object: string;
  readonly about: string;
  readonly vmid: number | undefined;
  /** When it was seen, and when it was last seen as it was before. */
  readonly seen: Date;
  readonly after: Date;
  readonly what: "changed" | "came" | "went";
  readonly differences: readonly Difference[];
}

const MOST = 500;

/** What has changed in a time, within the token's limits: of one guest, or of everything. */
export async function readChanges(
  pve: Pve,
  history: History,
  { vmid, since, until }: { vmid: number | undefined; since: Date; until: Date },
): Promise<{ changes: SeenChange[]; warnings: string[] }> {
  const objects = vmid === undefined ? {} : {
    objects: [
      OBJECTS.guest(vmid),
      OBJECTS.guestFirewall(vmid),
      OBJECTS.ha,
      OBJECTS.permissions,
    ],
  };
  const [rows, { next: look }] = await Promise.all([
    history.changes({ since, until, ...objects, limit: MOST }),
    history.around(OBJECTS.look, new Date(0)),
  ]);
  const isWithin = await within(pve);
  const changes = rows.filter(isWithin).flatMap(seenChange)
    .map((change) => change.vmid === undefined && vmid !== undefined ? of(vmid, change) : change)
    .filter(({ what, differences }) => what !== "changed" || differences.length > 0);
  return { changes, warnings: [...cut(rows), ...young(look?.from, since)] };
}

/** Which changes the token may see: those of guests and nodes in its limits. */
async function within(pve: Pve): Promise<(change: KeptChange) => boolean> {
  const past = await pastWithin(pve);
  return ({ is, was }) => {
    const { vmid, node } = namedBy(is.object);
    if (vmid === undefined) return node === undefined ? past.cluster : past.node(node);
    const { node: at = "" } = contentOf(is.content ?? was?.content ?? "{}");
    return past.guest(vmid, String(at));
  };
}

/** The first state that is kept of an object is no change: it may have been like that for long. */
function seenChange({ is, was }: KeptChange): SeenChange[] {
  if (was === undefined) return [];
  const { about, vmid } = namedBy(is.object);
  const base = { object: is.object, about, vmid, seen: is.from, after: was.until };
  if (is.content !== null && was.content !== null) {
    const differences = differencesOf(contentOf(was.content), contentOf(is.content));
    return [{ ...base, what: "changed", differences }];
  }
  // A firewall comes and goes with what it belongs to.
  if (is.object !== OBJECTS.guest(vmid ?? 0)) return [];
  return [{ ...base, what: is.content === null ? "went" : "came", differences: [] }];
}

/** Of what concerns the whole cluster, the part about one guest. */
function of(vmid: number, change: SeenChange): SeenChange {
  const names = new RegExp(`(?:^resource (?:vm|ct):|^/vms/)${vmid} `);
  return { ...change, differences: change.differences.filter(({ key }) => names.test(key)) };
}

function cut(rows: readonly KeptChange[]): string[] {
  return rows.length < MOST ? [] : [`only the newest ${MOST} differences count`];
}

function young(firstLook: Date | undefined, since: Date): string[] {
  if (firstLook === undefined) {
    return [
      "no look is complete yet, so differences are missing: " +
      "the first begins a minute after the start, none while history.enabled is false",
    ];
  }
  return firstLook <= since ? [] : [`differences are known since ${firstLook.toISOString()}`];
}
