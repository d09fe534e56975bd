import type { Database } from "../../lib/database/database.ts";

/** Answers of requests that were turned away before their body was read: they leave no row. */
const UNREAD = [401, 408, 413, 415];
/** Too many: some of their calls leave a row, and one row counts the others. */
const TOO_MANY = 429;

/** A call whose answer nobody waited for, known by a word in its arguments. */
interface Abandoned {
  readonly marker: string;
  /** Whether the whole body had been sent. */
  readonly whole: boolean;
}

/** How a count of calls stands against the rows of the trail. */
export interface Balance {
  readonly expected: number;
  readonly rows: number;
  /** Calls by their last row's outcome. */
  readonly outcomes: Readonly<Record<string, number>>;
  /** One line for each request whose calls have not exactly one row each; the first few. */
  readonly wrong: readonly string[];
}

const MAX_LINES = 20;

/** What was sent, to be held against the audit trail. */
export class Ledger {
  readonly #requests = new Map<string, number>();
  readonly #tooMany = new Set<string>();
  readonly #abandoned = new Map<string, Abandoned>();
  readonly #statuses = new Map<number, number>();
  readonly #results = new Map<string, number>();
  readonly #faulty: string[] = [];
  /** Calls that were sent, whatever became of them. */
  sent = 0;
  /** Calls that were turned away unread. */
  turnedAway = 0;

  /** Answers by HTTP status, and tool results by their code. */
  get answers(): Readonly<Record<string, number>> {
    return Object.fromEntries([...this.#statuses, ...this.#results]);
  }

  /** Answers that no fault of Proxmox explains, one line each. */
  get faulty(): readonly string[] {
    return this.#faulty;
  }

  /** An answer to a request that holds so many calls. */
  answered(
    { status, requestId, what }: { status: number; requestId: string; what: string },
    calls: number,
  ): void {
    add(this.#statuses, status);
    this.sent += calls;
    if (status >= 500) this.#complain(`HTTP ${status} to ${what}`);
    if (status === TOO_MANY) this.#tooMany.add(requestId);
    if (status === TOO_MANY || UNREAD.includes(status)) this.turnedAway += calls;
    else if (calls > 0) this.#requests.set(requestId, calls);
  }

  /** What a tool said. */
  result(code: string, what: string): void {
    add(this.#results, code);
    if (code === "internal") this.#complain(`internal error: ${what}`);
  }

  abandoned(call: Abandoned): void {
    this.sent++;
    this.#abandoned.set(call.marker, call);
  }

  /**
   * Reads the trail's table from its start. A client that goes at once may go before its call was read:
   * then there is no row and must be no effect.
   *
   * @param took whether an abandoned call has changed something
   */
  async balance(database: Database, took: (marker: string) => boolean): Promise<Balance> {
    const rows = await database.all(
      "SELECT request_id, call_id, outcome, arguments FROM proxmox_mcp_audit ORDER BY seq",
    );
    const ofRequest = new Map<string, Map<string, string>>();
    const ofMarker = new Map<string, Map<string, string>>();
    for (const row of rows) {
      const requestId = String(row.request_id);
      if (requestId === "" || this.#tooMany.has(requestId)) continue;
      const marker = /\bsoak-\d+\b/.exec(String(row.arguments))?.[0] ?? "";
      const known = this.#requests.has(requestId);
      const [map, key] = known || !this.#abandoned.has(marker)
        ? [ofRequest, requestId]
        : [ofMarker, marker];
      const calls = map.get(key) ?? new Map();
      map.set(key, calls.set(String(row.call_id), String(row.outcome)));
    }
    const wrong: string[] = [];
    const outcomes = new Map<string, number>();
    let expected = 0;
    let found = 0;
    const compare = (what: string, wanted: number, calls: Map<string, string> | undefined) => {
      const ended = countedCalls([...calls?.values() ?? []]);
      for (const outcome of ended) add(outcomes, outcome);
      expected += wanted;
      found += ended.length;
      if (ended.length !== wanted) wrong.push(`${what}: ${wanted} calls, ${ended.length} rows`);
    };
    for (const [id, calls] of this.#requests) compare(`request ${id}`, calls, ofRequest.get(id));
    for (const { marker, whole } of this.#abandoned.values()) {
      const calls = ofMarker.get(marker);
      const begun = took(marker) || whole && calls !== undefined;
      compare(`abandoned ${marker}`, begun ? 1 : 0, calls);
    }
    for (const [id, calls] of ofRequest) {
      if (!this.#requests.has(id)) compare(`request ${id}, which nobody sent`, 0, calls);
    }
    const left = wrong.length - MAX_LINES;
    return {
      expected,
      rows: found,
      outcomes: Object.fromEntries([...outcomes].toSorted()),
      wrong: [...wrong.slice(0, MAX_LINES), ...left > 0 ? [`and ${left} more requests`] : []],
    };
  }

  #complain(line: string): void {
    if (this.#faulty.length < MAX_LINES) this.#faulty.push(line);
  }
}

/** A call that a person was asked about runs again with the answer, in the same request. */
function countedCalls(outcomes: readonly string[]): string[] {
  const others = outcomes.filter((outcome) => outcome !== "asked");
  return others.length > 0 ? others : [...outcomes];
}

function add<K>(counts: Map<K, number>, key: K): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}
