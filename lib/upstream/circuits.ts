/** What came of a request: an answer of any kind, none, or nothing that tells of the one asked. */
export type Answered = "answered" | "silent" | "unknown";

/** Why a request is not even tried. */
export interface Open {
  /** How many in a row got no answer. */
  readonly failures: number;
  /** Until the next try; 0 while that try is under way. */
  readonly waitMs: number;
}

interface Circuit {
  failures: number;
  /** How often it was opened in a row. */
  opened: number;
  /** When the next try may begin, by the clock that was given. */
  retryAt: number;
  probing: boolean;
}

const MOST_FAILURES = 3;
const FIRST_WAIT_MS = 5_000;
const LONGEST_WAIT_MS = 60_000;

/**
 * A circuit breaker for each name: after three requests in a row without an answer no other is tried
 * for a while, then one alone, whose answer closes the circuit. Only names that fail are kept.
 */
export class Circuits {
  readonly #now: () => number;
  readonly #circuits = new Map<string, Circuit>();

  /** @param now milliseconds by a clock that nobody sets */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** Why a request to this name would not be tried now; undefined when it would. */
  refusal(name: string): Open | undefined {
    const circuit = this.#circuits.get(name);
    if (circuit === undefined || circuit.opened === 0) return undefined;
    const { failures, probing, retryAt } = circuit;
    const waitMs = Math.max(0, retryAt - this.#now());
    return probing || waitMs > 0 ? { failures, waitMs } : undefined;
  }

  /** Begins a request that was not refused; the function that it gives ends it, once. */
  begin(name: string): (answered: Answered) => void {
    const circuit = this.#circuits.get(name);
    if (circuit === undefined || circuit.opened === 0) {
      return (answered) => this.report(name, answered);
    }
    circuit.probing = true;
    return (answered) => {
      circuit.probing = false;
      if (answered === "silent") this.#open(circuit);
      this.report(name, answered);
    };
  }

  /** Notes what became of a request that was not let through to try the name. */
  report(name: string, answered: Answered): void {
    if (answered === "answered") this.#circuits.delete(name);
    if (answered !== "silent") return;
    const circuit = this.#circuits.get(name) ??
      { failures: 0, opened: 0, retryAt: 0, probing: false };
    this.#circuits.set(name, circuit);
    circuit.failures++;
    if (circuit.opened === 0 && circuit.failures >= MOST_FAILURES) this.#open(circuit);
  }

  #open(circuit: Circuit): void {
    const waitMs = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** circuit.opened);
    circuit.opened++;
    circuit.retryAt = this.#now() + waitMs;
  }
}
