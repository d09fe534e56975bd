import type { CallLedger } from "../call_ledger.ts";

const MAX_OPEN = 100;

type Ledger = Pick<CallLedger, "isSettled" | "close" | "settleAnswer">;

/** A request that is not answered yet. */
export interface OpenRequest {
  readonly ledger: Ledger;
  /** What its text takes of the memory. */
  readonly bytes: number;
  readonly answer: (message?: object) => void;
}

/** The requests of a connection that wait for their answers; those that were cancelled get none. */
export class OpenRequests {
  readonly #open = new Map<string | number, OpenRequest>();
  readonly #cancelled = new Set<Ledger>();
  readonly #maxBytes: number;
  #waiting: (() => void)[] = [];

  constructor({ maxBytes }: { maxBytes: number }) {
    this.#maxBytes = maxBytes;
  }

  /** Whether there may be another one, whose text is so long. */
  hasRoom(bytes: number): boolean {
    const held = [...this.#open.values()].reduce((sum, request) => sum + request.bytes, bytes);
    return this.#open.size + this.#unsettled().length < MAX_OPEN && held <= this.#maxBytes;
  }

  add(id: string | number, request: OpenRequest): void {
    this.#open.set(id, request);
  }

  get(id: unknown): OpenRequest | undefined {
    return this.#open.get(id as string | number);
  }

  /** Forgets one that is answered, or will not be. */
  remove(id: unknown): void {
    this.#open.delete(id as string | number);
    if (this.#open.size > 0) return;
    for (const resolve of this.#waiting) resolve();
    this.#waiting = [];
  }

  /** Forgets one that will not be answered; its call may not have begun yet. */
  cancel(id: unknown): void {
    const request = this.get(id);
    if (!request) return;
    if (!request.ledger.isSettled) this.#cancelled.add(request.ledger);
    request.answer();
    this.remove(id);
  }

  /** Resolves when all are answered. */
  idle(): Promise<void> {
    if (this.#open.size === 0) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** Leaves the rows of calls that never began. */
  async close(): Promise<void> {
    const ledgers = [...this.#open.values()].map(({ ledger }) => ledger);
    const unsettled = this.#unsettled();
    this.#open.clear();
    this.#cancelled.clear();
    await Promise.all([...ledgers, ...unsettled].map((ledger) => ledger.close()));
  }

  #unsettled(): Ledger[] {
    for (const ledger of this.#cancelled) if (ledger.isSettled) this.#cancelled.delete(ledger);
    return [...this.#cancelled];
  }
}
