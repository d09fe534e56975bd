import { abortFailure } from "../../upstream/abort.ts";
import { type Answered, Circuits } from "../../upstream/circuits.ts";
import { Lanes, type LanesOptions, silentText } from "../../upstream/lanes.ts";
import type { LaneLimits } from "../../upstream/slots.ts";
import { isPbsKind, PbsError } from "./errors.ts";
import { labelOf } from "./failures.ts";

/** A request that wants to go to a backup server. */
export interface Passage {
  readonly change: boolean;
  /** In whose name; undefined for what this program itself asks. */
  readonly caller: string | undefined;
  readonly signal: AbortSignal;
}

export interface GateOptions extends LanesOptions {
  /** The name that the config gives the server. */
  readonly server: string;
  /** Milliseconds by a clock that nobody sets. */
  readonly clock: () => number;
}

/** A list of snapshots reads every manifest from disk, so few at once are soonest done. */
const READS: LaneLimits = { places: 12, perCaller: 8, waiting: 80 };
const CHANGES: LaneLimits = { places: 6, perCaller: 4, waiting: 40 };
const OWN: LaneLimits = { places: 4, perCaller: 4, waiting: 40 };

/** What stands before every request to one backup server: a place, and a circuit breaker. */
export class Gate {
  readonly #lanes: Lanes;
  readonly #circuits: Circuits;
  readonly #server: string;
  readonly #label: string;

  constructor(options: GateOptions) {
    this.#lanes = new Lanes(options);
    this.#circuits = new Circuits(options.clock);
    this.#server = options.server;
    this.#label = labelOf(options);
  }

  /**
   * Runs the request once it may go.
   *
   * @throws AppError `unavailable` when the server has not answered for a while, or too many wait already;
   * `timeout` when the caller gives up
   */
  async pass<T>({ caller, change, signal }: Passage, run: () => Promise<T>): Promise<T> {
    if (signal.aborted) throw abortFailure(signal, false);
    this.#refuseSilent();
    const [lane, limits] = caller === undefined
      ? ["own", OWN]
      : change
      ? ["changes", CHANGES]
      : ["reads", READS];
    const entry = { lane, limits, caller: caller ?? "" };
    const leave = await this.#lanes.enter(entry, { label: this.#label, signal });
    try {
      // It may have fallen silent while this one waited.
      this.#refuseSilent();
      return await this.#watched(run);
    } finally {
      leave();
    }
  }

  #refuseSilent(): void {
    const open = this.#circuits.refusal(this.#label);
    if (open === undefined) return;
    const message = silentText(this.#label, open);
    throw new PbsError("unavailable", message, { kind: "away", server: this.#server });
  }

  async #watched<T>(run: () => Promise<T>): Promise<T> {
    const end = this.#circuits.begin(this.#label);
    try {
      const result = await run();
      end("answered");
      return result;
    } catch (error) {
      end(answered(error));
      throw error;
    }
  }
}

function answered(error: unknown): Answered {
  if (isPbsKind(error, "unreachable", "no_answer")) return "silent";
  return error instanceof PbsError && error.status !== undefined ? "answered" : "unknown";
}
