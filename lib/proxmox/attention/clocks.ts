import { number } from "../api/values.ts";
import { gather } from "../fan_out.ts";
import type { Pve } from "../pve.ts";
import { CLUSTER, type Finding, type Probe } from "./finding.ts";

/** Between which seconds a node's clock is ahead of this program's. */
interface Offset {
  readonly node: string;
  readonly least: number;
  readonly most: number;
}

/** What a difference is told as: a second more or less, by chance, must not change the text. */
const STEPS_SECONDS = [1, 2, 5, 10, 30, 60, 300, 3_600, 86_400];

/**
 * Nodes whose clocks differ. Proxmox tells whole seconds, and an answer takes its time: only what is
 * certain in spite of both is told.
 */
export function clockProbe(pve: Pve, nodes: readonly string[]): Probe {
  return {
    part: "clocks",
    of: CLUSTER,
    read: async (unread) => {
      const { results, warnings } = await gather(nodes, {
        name: (node) => `the clock of node ${node} could not be read`,
        read: async (node): Promise<Offset[]> => {
          const asked = pve.now().getTime() / 1000;
          const seconds = number((await pve.get("/nodes/{node}/time", { node })).time);
          const answered = pve.now().getTime() / 1000;
          return seconds === undefined
            ? []
            : [{ node, least: seconds - answered, most: seconds + 1 - asked }];
        },
      });
      for (const warning of warnings) unread(warning);
      return differing(results.flat());
    },
  };
}

/** Compares each clock with the one in the middle. */
function differing(offsets: readonly Offset[]): Finding[] {
  const sorted = offsets.toSorted((a, b) => a.least + a.most - b.least - b.most);
  const middle = sorted[Math.floor((sorted.length - 1) / 2)];
  if (middle === undefined) return [];
  // Which of those that agree is the middle one is chance, and the text must not be.
  const [reference] = sorted.filter((each) =>
    each.least <= middle.most && middle.least <= each.most
  )
    .map(({ node }) => node).sort();
  return sorted.flatMap((offset): Finding[] => {
    const ahead = offset.least - middle.most;
    const behind = middle.least - offset.most;
    const seconds = STEPS_SECONDS.findLast((step) => Math.max(ahead, behind) >= step);
    if (seconds === undefined) return [];
    return [{
      kind: "clock",
      severity: "warning",
      what: `its clock is more than ${seconds} s ${ahead > behind ? "ahead of" : "behind"} node ` +
        `${reference}'s`,
      where: `node ${offset.node}`,
    }];
  });
}
