import { AppError } from "../../errors.ts";
import { flag, number, text } from "../api/values.ts";
import { nameOf } from "../guest/about.ts";
import { type Guest, guestsIn } from "../guest/directory.ts";
import { assertKnown } from "../known.ts";
import type { Pve } from "../pve.ts";
import { requireGuestsSeen } from "../unseen.ts";

/** What hangs on a node. */
export interface NodeFacts {
  readonly node: string;
  readonly online: boolean;
  /** Whether Proxmox's answers to this program come from it. */
  readonly answers: boolean;
  readonly running: readonly Guest[];
  /** Nodes of the cluster that are online, and all of them; one vote each. */
  readonly votes: { readonly online: number; readonly total: number };
}

interface Wish {
  readonly node: string;
  readonly force: boolean;
  readonly accept_quorum_loss: boolean;
}

const MOST_NAMED = 20;
/** How long a node takes to go down, until when the cluster still counts it. */
const GOING_SECONDS = 180;

/**
 * Reads what hangs on a node.
 *
 * @throws AppError `not_found`, `forbidden` when the token's limits do not include all that is on it
 */
export async function nodeFacts(pve: Pve, node: string): Promise<NodeFacts> {
  pve.wholeNode(node);
  const [rows, resources] = await Promise.all([pve.list("/cluster/status"), pve.resources()]);
  const nodes = rows.filter((row) => row.type === "node");
  assertKnown(node, { what: "node", known: nodes.map((row) => text(row.name) ?? "") });
  const own = nodes.find((row) => row.name === node);
  const cluster = rows.find((row) => row.type === "cluster");
  const online = flag(own?.online);
  return {
    node,
    online,
    answers: flag(own?.local),
    // A guest that was made in the last seconds is unknown too, and may run.
    running: guestsIn(resources)
      .filter((guest) => online && guest.node === node && guest.status !== "stopped"),
    votes: {
      online: nodes.filter((row) => flag(row.online)).length,
      total: number(cluster?.nodes) ?? nodes.length,
    },
  };
}

/** Whether the cluster can decide anything without the node; a host that is in no cluster always can. */
export function keepsQuorum({ votes: { online, total } }: Pick<NodeFacts, "votes">): boolean {
  return total < 2 || (online - 1) * 2 > total;
}

/** `VM 100 (web1), container 200 (ct1)`. */
export function guestNames(guests: readonly Guest[]): string {
  const more = guests.length > MOST_NAMED ? ` and ${guests.length - MOST_NAMED} more` : "";
  return guests.slice(0, MOST_NAMED).map((guest) => nameOf(guest)).join(", ") + more;
}

/** `2 of 3 votes are left, which is a quorum`. */
export function votesLeft({ votes: { online, total }, ...facts }: NodeFacts): string {
  const left = `${online - 1} of ${total} votes are left`;
  return keepsQuorum({ ...facts, votes: { online, total } })
    ? `${left}, which is a quorum`
    : `${left}, which is no quorum: nothing can be changed in the cluster, and HA stops its guests`;
}

/**
 * Sends a node down. Proxmox answers nothing to that and names no task.
 *
 * @param options.remedy what to do about guests that run
 */
export async function sendDown(
  pve: Pve,
  facts: NodeFacts,
  { command, remedy, wish }: { command: "reboot" | "shutdown"; remedy: string; wish: Wish },
): Promise<void> {
  const { node, running } = facts;
  const guests = running.length === 1 ? "1 guest runs" : `${running.length} guests run`;
  pve.check(`node ${node} is online`, facts.online, `node ${node} is offline`);
  pve.check(
    "no guest runs on it, or force is given",
    running.length === 0 || wish.force,
    `${guests} on node ${node}: ${guestNames(running)}; ${remedy}`,
  );
  if (!wish.force) await requireGuestsSeen(pve, `whether guests run on node ${node}`);
  pve.check(
    "the cluster keeps its quorum, or accept_quorum_loss is given",
    keepsQuorum(facts) || wish.accept_quorum_loss,
    `${votesLeft(facts)}; accept_quorum_loss: true does it all the same`,
  );
  const lease = "node power";
  if (!pve.dryRun && !await pve.lease(lease, GOING_SECONDS) && !wish.accept_quorum_loss) {
    const state = `a node was sent down in the last ${
      GOING_SECONDS / 60
    } minutes and may still count`;
    throw new AppError("conflict", `${state}: ${pve.advice.nodes}, then call again`);
  }
  await pve.post("/nodes/{node}/status", { node }, { command });
  pve.keepLease(lease);
}
