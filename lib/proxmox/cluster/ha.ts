import { isKind } from "../api/errors.ts";
import { flag, number, type Row, text } from "../api/values.ts";
import type { Pve } from "../pve.ts";

/** Where HA may run guests: rules since Proxmox VE 9, groups before. */
export async function readPlacement(
  pve: Pve,
): Promise<{ readonly kind: "rules" | "groups"; readonly rows: readonly Row[] }> {
  try {
    return { kind: "rules", rows: await pve.list("/cluster/ha/rules") };
  } catch (error) {
    if (!isKind(error, "not_offered")) throw error;
    return { kind: "groups", rows: await pve.list("/cluster/ha/groups") };
  }
}

/** What HA would do with the guests that it manages. */
export interface HaHomes {
  /** Why the guest would come back to `from` after a move to `to`; undefined where it would stay. */
  pullsBack(sid: string, move: { from: string; to: string; online: readonly string[] }):
    | string
    | undefined;
}

/** Reads which guests HA manages and which nodes it prefers for them. */
export async function readHaHomes(pve: Pve): Promise<HaHomes> {
  const resources: Row[] = await pve.list("/cluster/ha/resources");
  const managed = new Map(
    resources.filter(({ state }) => state !== "ignored").map((row) => [text(row.sid) ?? "", row]),
  );
  const rules = managed.size === 0 ? [] : (await readPlacement(pve)).rows;
  return {
    pullsBack: (sid, { from, to, online }) => {
      const resource = managed.get(sid);
      if (resource === undefined) return undefined;
      if (resource.failback !== undefined && !flag(resource.failback)) return undefined;
      const home = rules.find((rule) => isHomeOf(rule, { sid, group: text(resource.group) }));
      if (home === undefined || flag(home.nofailback)) return undefined;
      const best = bestOf(prioritiesIn(home), online);
      if (!best.includes(from) || best.includes(to)) return undefined;
      return `HA would bring it back, as ${
        text(home.rule) ?? text(home.group)
      } prefers node ${from}`;
    },
  };
}

function isHomeOf(rule: Row, { sid, group }: { sid: string; group: string | undefined }): boolean {
  if (rule.rule === undefined) return group !== undefined && rule.group === group;
  return rule.type === "node-affinity" && !flag(rule.disable) &&
    partsOf(rule.resources).includes(sid);
}

/** `pve1:2,pve2`: a node without a number has 0. */
function prioritiesIn({ nodes }: Row): Map<string, number> {
  return new Map(
    partsOf(nodes).map((part) => {
      const [name = "", priority] = part.split(":");
      return [name, number(priority) ?? 0];
    }),
  );
}

/** Those of the nodes that the rule likes most. */
function bestOf(priorities: ReadonlyMap<string, number>, online: readonly string[]): string[] {
  const known = online.filter((node) => priorities.has(node));
  const most = Math.max(...known.map((node) => priorities.get(node) ?? 0));
  return known.filter((node) => priorities.get(node) === most);
}

/** A list as Proxmox takes it: parted by commas, semicolons or blanks. */
export function partsOf(value: unknown): string[] {
  return String(value ?? "").split(/[\s,;]+/).filter((part) => part !== "");
}
