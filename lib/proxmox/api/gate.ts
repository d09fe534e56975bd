import { abortFailure } from "../../upstream/abort.ts";
import { type Answered, Circuits, type Open } from "../../upstream/circuits.ts";
import { isKind, ProxmoxError } from "./errors.ts";
import { type Place, placeLabel } from "./place.ts";
import { Lanes, type LanesOptions, silentText } from "../../upstream/lanes.ts";
import type { LaneLimits } from "../../upstream/slots.ts";

/** A request that wants to go to Proxmox. */
export interface Passage {
  readonly place: Place;
  readonly change: boolean;
  /** In whose name; undefined for what the server itself asks. */
  readonly caller: string | undefined;
  readonly signal: AbortSignal;
}

export interface GateOptions extends LanesOptions {
  /** Milliseconds by a clock that nobody sets. */
  readonly clock: () => number;
}

/** As many as one token's calls may want at once: 20 calls, each of which reads eight things at a time. */
const WAITING = 160;
const READS: LaneLimits = { places: 32, perCaller: 24, waiting: WAITING };
const CHANGES: LaneLimits = { places: 16, perCaller: 12, waiting: WAITING };
const AGENT: LaneLimits = { places: 4, perCaller: 3, waiting: WAITING };
const OWN: LaneLimits = { places: 8, perCaller: 8, waiting: WAITING };

/**
 * What stands before every request: a place among those to the same node (reads and changes apart, a
 * guest's agent apart from its node), and a circuit breaker for each node and each agent. So nothing
 * that hangs delays what goes elsewhere.
 */
export class Gate {
  readonly #lanes: Lanes;
  readonly #circuits: Circuits;

  constructor(options: GateOptions) {
    this.#lanes = new Lanes(options);
    this.#circuits = new Circuits(options.clock);
  }

  /**
   * Runs the request once it may go.
   *
   * @throws AppError `unavailable` when what would answer has not answered for a while, or too many
   * wait already; `timeout` when the caller gives up
   */
  async pass<T>(passage: Passage, run: () => Promise<T>): Promise<T> {
    const { place, signal } = passage;
    if (signal.aborted) throw abortFailure(signal, false);
    this.#refuseSilent(place);
    const { caller = "" } = passage;
    const entry = { ...laneOf(passage), caller };
    const leave = await this.#lanes.enter(entry, { label: placeLabel(place), signal });
    try {
      // It may have fallen silent while this one waited.
      this.#refuseSilent(place);
      return await this.#watched(place, run);
    } finally {
      leave();
    }
  }

  #refuseSilent(place: Place): void {
    for (const at of circuitsOf(place)) {
      const open = this.#circuits.refusal(placeLabel(at));
      if (open !== undefined) throw silent(at, open);
    }
  }

  async #watched<T>(place: Place, run: () => Promise<T>): Promise<T> {
    if (place.node === undefined) return await run();
    const { agent, node } = place;
    const ofNode = { node, agent: undefined };
    const end = this.#circuits.begin(placeLabel(place));
    const tell = (error?: unknown) => {
      if (agent === undefined) return end(nodeAnswered(error));
      end(agentAnswered(error));
      this.#circuits.report(placeLabel(ofNode), behindAgent(error));
    };
    try {
      const result = await run();
      tell();
      return result;
    } catch (error) {
      tell(error);
      throw error;
    }
  }
}

function laneOf({ caller, change, place }: Passage): { lane: string; limits: LaneLimits } {
  if (caller === undefined) return { lane: "own", limits: OWN };
  const limits = place.agent !== undefined ? AGENT : change ? CHANGES : READS;
  return { lane: `${placeLabel(place)} ${change ? "changes" : "reads"}`, limits };
}

/** The node before the agent: while it is silent, so are the agents of its guests. */
function circuitsOf({ node, agent }: Place): Place[] {
  if (node === undefined) return [];
  const ofNode = { node, agent: undefined };
  return agent === undefined ? [ofNode] : [ofNode, { node, agent }];
}

function nodeAnswered(error: unknown): Answered {
  if (error === undefined) return "answered";
  if (isKind(error, "node_away", "connection_broken", "no_answer")) return "silent";
  const told = error instanceof ProxmoxError && error.status !== undefined;
  return told && !isKind(error, "gateway") ? "answered" : "unknown";
}

/** A connection also breaks for a program that is not in the guest: seen on 9.2. */
function agentAnswered(error: unknown): Answered {
  if (isKind(error, "no_answer", "agent_stuck")) return "silent";
  return isKind(error, "node_away", "connection_broken") ? "unknown" : nodeAnswered(error);
}

/** What a request to an agent tells of the node: one that hangs tells nothing. */
function behindAgent(error: unknown): Answered {
  return isKind(error, "no_answer", "connection_broken") ? "unknown" : nodeAnswered(error);
}

function silent(place: Place, open: Open): ProxmoxError {
  const kind = place.agent === undefined ? "node_away" : "agent_stuck";
  return new ProxmoxError("unavailable", silentText(placeLabel(place), open), { kind });
}
