import { AppError, onFailure } from "../../errors.ts";
import { flag, number, text } from "../api/values.ts";
import { listed } from "../clip.ts";
import { nameOf } from "../guest/about.ts";
import { type Guest, guestsIn } from "../guest/directory.ts";
import { assertKnown } from "../known.ts";
import type { Pve } from "../pve.ts";
import { requireGuestsSeen } from "../unseen.ts";

/** Those of the nodes, mostly one each, and of a QDevice, which is told of apart. */
interface Votes {
  /** Of the node itself. */
  readonly own: number;
  readonly online: number;
  readonly total: number;
  /** How many nodes there are. */
  readonly nodes: number;
  /** Whether there is a QDevice, whose votes are among them. */
  readonly qdevice: boolean;
}

/** What hangs on a node. */
export interface NodeFacts {
  readonly node: string;
  readonly online: boolean;
  /** Whether Proxmox's answers to this program come from it. */
  readonly answers: boolean;
  readonly running: readonly Guest[];
  readonly votes: Votes;
}

interface Wish {
  readonly node: string;
  readonly force: boolean;
  readonly accept_quorum_loss: boolean;
}

/** How long a node takes to go down, until when the cluster still counts it. */
const GOING_SECONDS = 180;

/**
 * Reads what hangs on a node.
 *
 * @throws AppError `not_found`, `forbidden` when the token's limits do not include all that is on it
 */
export async function nodeFacts(pve: Pve, node: string): Promise<NodeFacts> {
  pve.wholeNode(node);
  const [rows, resources, device, configured] = await Promise.all([
    pve.list("/cluster/status"),
    pve.resources(),
    readQdevice(pve),
    readConfiguredVotes(pve),
  ]);
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
    votes: votesOf(device, {
      configured,
      node,
      nodes: nodes.map((row) => ({ name: text(row.name) ?? "", online: flag(row.online) })),
      size: number(cluster?.nodes) ?? nodes.length,
    }),
  };
}

/** The votes of nodes by corosync's configuration; none where that cannot be read. */
async function readConfiguredVotes(pve: Pve): Promise<ReadonlyMap<string, number>> {
  try {
    const rows = await pve.list("/cluster/config/nodes");
    return new Map(rows.flatMap((row: Readonly<Record<string, unknown>>) => {
      const votes = number(row.quorum_votes);
      return votes === undefined ? [] : [[String(row.node), votes] as const];
    }));
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    pve.warn(`each node is taken to have one vote, as theirs are unknown: ${error.message}`);
    return new Map();
  }
}

type Qdevice = Readonly<Record<string, unknown>>;

/** What `corosync-qdevice` says of itself; nothing where there is none, or where that cannot be read. */
function readQdevice(pve: Pve): Promise<Qdevice> {
  return pve.get("/cluster/config/qdevice").catch(onFailure(() => ({})));
}

/** No answer counts a QDevice's votes: by its algorithm it has one, or one less than there are nodes. */
function votesOf(
  device: Qdevice,
  { configured, node, nodes, size }: {
    configured: ReadonlyMap<string, number>;
    node: string;
    nodes: readonly { name: string; online: boolean }[];
    /** How many there are, of which not all need be listed. */
    size: number;
  },
): Votes {
  const votesOfNode = (name: string) => configured.get(name) ?? 1;
  const sum = (of: typeof nodes) => of.reduce((total, { name }) => total + votesOfNode(name), 0);
  const votes = {
    own: votesOfNode(node),
    online: sum(nodes.filter(({ online }) => online)),
    total: sum(nodes) + size - nodes.length,
    nodes: size,
  };
  const state = text(device.State);
  if (state === undefined) return { ...votes, qdevice: false };
  const own = text(device.Algorithm) === "LMS" ? size - 1 : 1;
  return {
    ...votes,
    online: votes.online + (state === "Connected" ? own : 0),
    total: votes.total + own,
    qdevice: true,
  };
}

/** Whether the cluster can decide anything without the node; a host that is in no cluster always can. */
function keepsQuorum({ votes: { nodes, online, own, total } }: Pick<NodeFacts, "votes">): boolean {
  return nodes < 2 || (online - own) * 2 > total;
}

/** `VM 100 (web1), container 200 (ct1)`. */
export function guestNames(guests: readonly Guest[]): string {
  return listed(guests.map((guest) => nameOf(guest)));
}

/** `2 of 3 votes are left, which is a quorum`. */
export function votesLeft({ votes }: Pick<NodeFacts, "votes">): string {
  const { nodes, online, own, qdevice, total } = votes;
  const left = `${online - own} of ${total} votes are left`;
  if (keepsQuorum({ votes })) return `${left}, which is a quorum`;
  const why = nodes === 2 && total === 2 && !qdevice
    ? ", as always with one of two nodes and no QDevice"
    : "";
  return `${left}, which is no quorum${why}: until it is back nothing can be changed or started, ` +
    "and a node that runs HA guests resets itself after a minute, with all its guests";
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
