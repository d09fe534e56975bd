import { instead } from "./known.ts";
import { isKind, missedGuest, ProxmoxError, unresolvedName } from "./api/errors.ts";
import { type Guest, guestLabel } from "./guest/directory.ts";

/** What a message may lead on to. */
export type Topic =
  | "backups"
  | "command"
  | "containers"
  | "firewall"
  | "firewall_rules"
  | "guest"
  | "guests"
  | "ha"
  | "ha_error"
  | "images"
  | "jobs"
  | "nodes"
  | "paths"
  | "pools"
  | "quorum"
  | "read_file"
  | "restart_container"
  | "restart_vm"
  | "rehearsals"
  | "revert"
  | "storages"
  | "task"
  | "vms"
  | "volumes"
  | "wait"
  | "write_file";

/** What to do next, by topic, in the words of whoever serves this: nothing here knows a tool by name. */
export type Advice = Readonly<Record<Topic, string>>;

/**
 * Says more about a failure where the cluster as a whole tells more: that changes need quorum, that a guest
 * has moved, and that a name which could not be looked up is no node at all. The name of a node that there
 * is keeps Proxmox's own reason, since then the name service is at fault.
 */
export async function explain(
  error: unknown,
  { advice, guests, nodes }: {
    advice: Advice;
    /** As they are now. */
    guests: () => Promise<readonly Guest[]>;
    nodes: () => Promise<readonly string[]>;
  },
): Promise<unknown> {
  if (isKind(error, "missing")) return await explainMissing(error, guests);
  if (isKind(error, "no_quorum")) {
    const state = "the cluster has no quorum, so nothing can be changed";
    return error.withMessage(`${error.message}; ${state}: ${advice.quorum}`);
  }
  if (isKind(error, "node_unresolved")) return await explainNode(error, { advice, nodes });
  return error;
}

/** HA, or somebody, may move a guest at any time: one that is elsewhere is not gone. */
async function explainMissing(
  error: ProxmoxError,
  guests: () => Promise<readonly Guest[]>,
): Promise<ProxmoxError> {
  const missed = missedGuest(error);
  if (missed === undefined) return error;
  const known = await guests().catch(() => []);
  const guest = known.find(({ vmid }) => vmid === missed.vmid);
  if (guest === undefined || guest.node === missed.node) return error;
  const moved = `${guestLabel(guest)} is on node ${guest.node} now, not on ${missed.node}: retry`;
  return new ProxmoxError("conflict", moved, error);
}

async function explainNode(
  error: ProxmoxError,
  { advice, nodes }: { advice: Advice; nodes: () => Promise<readonly string[]> },
): Promise<ProxmoxError> {
  const name = unresolvedName(error);
  // While the list cannot be read, Proxmox's own words are all that is known.
  const known = await nodes().catch(() => undefined);
  if (name === undefined || known === undefined || known.includes(name)) return error;
  const message = `node '${name}' does not exist${instead(name, known)}; ${advice.nodes}`;
  return new ProxmoxError("not_found", message, { ...error, kind: "missing" });
}
