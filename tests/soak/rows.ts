import type { Database } from "../../lib/database/database.ts";

/** The calls of a request: the last outcome of each, by the call's id. */
export type Calls = ReadonlyMap<string, { readonly tool: string; readonly outcome: string }>;

const PATIENCE_MS = 10_000;
const STEP_MS = 5;
const NONE: Calls = new Map();

/** Follows the audit trail as it grows. */
export class Rows {
  readonly #database: Database;
  readonly #byRequest = new Map<string, Map<string, { tool: string; outcome: string }>>();
  #seq = 0;
  #count = 0;

  constructor(database: Database) {
    this.#database = database;
  }

  /** How many calls have rows. */
  get count(): number {
    return this.#count;
  }

  /** The calls of a request as they stand now, for an answer that comes after its rows. */
  async now(requestId: string): Promise<Calls> {
    await this.#read();
    return this.#byRequest.get(requestId) ?? NONE;
  }

  /** Waits until a request has so many calls, but not for ever: those of SSE go on after their answer. */
  async later(requestId: string, wanted: number): Promise<Calls> {
    const end = performance.now() + PATIENCE_MS;
    for (;;) {
      const calls = await this.now(requestId);
      const open = [...calls.values()].some(({ outcome }) => outcome === "intent");
      if (calls.size >= wanted && !open || performance.now() > end) return calls;
      await new Promise((resolve) => setTimeout(resolve, STEP_MS));
    }
  }

  async #read(): Promise<void> {
    const rows = await this.#database.all(
      "SELECT seq, request_id, call_id, tool, outcome FROM proxmox_mcp_audit WHERE seq > $1",
      [this.#seq],
    );
    for (const row of rows) {
      this.#seq = Math.max(this.#seq, Number(row.seq));
      const requestId = String(row.request_id);
      // The row that a key begins with is nobody's call.
      if (requestId === "") continue;
      const calls = this.#byRequest.get(requestId) ?? new Map();
      if (!calls.has(String(row.call_id))) this.#count++;
      calls.set(String(row.call_id), { tool: String(row.tool), outcome: String(row.outcome) });
      this.#byRequest.set(requestId, calls);
    }
  }
}
