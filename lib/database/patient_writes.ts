import { clearTimeout, setTimeout } from "node:timers";
import type { Along, Load } from "./database.ts";

/**
 * What need only be written soon: it waits for a statement that takes it along, and is written by itself when
 * none comes in time. Of one key what was written last counts.
 */
export class PatientWrites {
  readonly #write: (text: string, params: readonly string[]) => Promise<unknown>;
  readonly #waiting = new Map<Along["statement"], Map<string, Along["row"]>>();
  #written = Promise.withResolvers<void>();
  #patience: ReturnType<typeof setTimeout> | undefined;

  constructor(write: (text: string, params: readonly string[]) => Promise<unknown>) {
    this.#write = write;
  }

  /** Resolves when it is written, rejects as that did. */
  submit({ statement, row }: Along, patienceMs: number): Promise<void> {
    const rows = this.#waiting.get(statement) ?? new Map<string, Along["row"]>();
    this.#waiting.set(statement, rows.set(row.key, row));
    this.#patience ??= setTimeout(() => this.#writeAlone(), patienceMs);
    return this.#written.promise;
  }

  take(): Load {
    clearTimeout(this.#patience);
    this.#patience = undefined;
    const parts = [...this.#waiting].map(([statement, rows]) => ({
      statement,
      rows: JSON.stringify([...rows.values()]),
    }));
    const { resolve, reject } = this.#written;
    this.#waiting.clear();
    this.#written = Promise.withResolvers<void>();
    return {
      parts,
      settledBy: (writing) =>
        void writing.then(() => resolve(), parts.length > 0 ? reject : resolve),
    };
  }

  /** Resolves when nothing waits any longer. */
  async close(): Promise<void> {
    await this.#writeAlone();
  }

  #writeAlone(): Promise<unknown> {
    const { parts, settledBy } = this.take();
    const writing = Promise.all(
      parts.map(({ statement, rows }) => this.#write(statement("$1"), [rows])),
    );
    settledBy(writing);
    return writing.catch(() => {});
  }
}
