import { haManaged, haSid } from "./guests.ts";
import type { FakeGuest, FakeState } from "./state.ts";

interface Blocking {
  sid: string;
  cause: "node-affinity" | "resource-affinity";
}

function rulesOf(state: FakeState, type: string, sid: string): Record<string, unknown>[] {
  return [...state.ha.rules.values()].filter((rule) =>
    rule.type === type && !rule.disable && sidsOf(rule).includes(sid)
  );
}

function sidsOf(rule: Record<string, unknown>): string[] {
  return String(rule.resources).split(/[,; ]+/);
}

/** The guests that HA rules name beside this one. */
function partners(state: FakeState, guest: FakeGuest, affinity: string): FakeGuest[] {
  const sids = rulesOf(state, "resource-affinity", haSid(guest))
    .filter((rule) => rule.affinity === affinity).flatMap(sidsOf);
  return [...state.guests.values()].filter((other) =>
    other !== guest && haManaged(state, other) && sids.includes(haSid(other))
  );
}

/** The guests that HA moves together with this one. */
export function dependents(state: FakeState, guest: FakeGuest): FakeGuest[] {
  if (!haManaged(state, guest)) return [];
  return partners(state, guest, "positive").filter(({ node }) => node === guest.node);
}

/** Which HA rules keep the guest, or those that move with it, from a node. */
export function blocking(state: FakeState, guest: FakeGuest, node: string): Blocking[] {
  if (!haManaged(state, guest)) return [];
  return [guest, ...dependents(state, guest)].flatMap((one) => {
    const sid = haSid(one);
    const strict = rulesOf(state, "node-affinity", sid).filter((rule) => rule.strict)
      .filter(({ nodes }) => !nodesOf(nodes).includes(node));
    return [
      ...strict.map((): Blocking => ({ sid, cause: "node-affinity" })),
      ...partners(state, one, "negative").filter((other) => other.node === node)
        .map((other): Blocking => ({ sid: haSid(other), cause: "resource-affinity" })),
    ];
  });
}

/** `pve1:2,pve2` without the priorities. */
function nodesOf(nodes: unknown): (string | undefined)[] {
  return String(nodes).split(/[,; ]+/).map((each) => each.split(":")[0]);
}
