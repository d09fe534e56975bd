import { CallLedger, callsOf } from "./call_ledger.ts";
import { CallRecord, type RecordServices } from "./call_record.ts";
import type { Caller } from "./caller.ts";
import { messagesIn } from "./messages.ts";

const ROWS = 20;
const WINDOW_MS = 60_000;

interface Window {
  readonly caller: Caller;
  readonly since: number;
  rows: number;
  left: number;
}

/**
 * The calls that are refused because there are too many. The first 20 of a token in a minute leave a row
 * each, the others one together: who does not slow down must not fill the trail.
 */
export class RefusedCalls {
  readonly #services: RecordServices;
  readonly #monotonic: () => number;
  readonly #windows = new Map<number, Window>();

  constructor(services: RecordServices & { readonly monotonic: () => number }) {
    this.#services = services;
    this.#monotonic = services.monotonic;
  }

  /**
   * Notes the calls of a body, or of one that was refused unread, a call; never rejects.
   *
   * @param refused.reason that the rate is exceeded, when not given
   */
  async note(
    caller: Caller,
    refused: { readonly body?: unknown; readonly reason?: string | undefined } = {},
  ): Promise<void> {
    const { body, reason = messagesIn(caller.language).rateExceeded } = refused;
    const window = await this.#windowOf(caller);
    const calls = callsOf(body);
    const shown = calls.slice(0, ROWS - window.rows);
    window.rows += shown.length;
    window.left += body === undefined ? 1 : calls.length - shown.length;
    const ledger = new CallLedger(this.#services, { caller, body: shown });
    // They are refused in any case, and their lines are in the log.
    await ledger.close(() => reason, "denied").catch(() => {});
  }

  /** Leaves the rows of the minutes that are over, or of all; never rejects. */
  async flush({ all = false }: { all?: boolean } = {}): Promise<void> {
    const over = [...this.#windows].filter(([, window]) => all || this.#isOver(window));
    for (const [tokenId] of over) this.#windows.delete(tokenId);
    await Promise.all(over.map(([, window]) => this.#count(window)));
  }

  async #windowOf(caller: Caller): Promise<Window> {
    const { tokenId } = caller.principal;
    const known = this.#windows.get(tokenId);
    if (known && !this.#isOver(known)) return known;
    const window = { caller, since: this.#monotonic(), rows: 0, left: 0 };
    this.#windows.set(tokenId, window);
    if (known) await this.#count(known);
    return window;
  }

  #isOver({ since }: Window): boolean {
    return this.#monotonic() - since >= WINDOW_MS;
  }

  async #count({ caller, left }: Window): Promise<void> {
    if (left === 0) return;
    const record = new CallRecord(this.#services, {
      ...caller,
      requestId: "",
      tool: "",
      arguments: { refused_calls: left },
    });
    const { rateExceeded } = messagesIn(caller.language);
    await record.end("denied", `Cannot call a tool: ${rateExceeded} (${left} more calls)`)
      .catch(() => {});
  }
}
