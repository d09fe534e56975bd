import type { Answer, Params } from "./api/client.ts";
import { garbled } from "./api/failures.ts";
import type { ApiPath } from "../upstream/path.ts";
import { Slots } from "../upstream/slots.ts";
import { checkedRows, type KeyedPath, leftOutText } from "./api/rows.ts";
import type { RowOf } from "./api/types.ts";
import { isRecord, record, withoutNulls } from "./api/values.ts";
import type { Changed } from "./concerned.ts";
import { isKept } from "./kept_paths.ts";
import type { PveCall, PveShared } from "./pve_parts.ts";

interface Parts {
  readonly shared: Pick<PveShared, "client" | "reads" | "share">;
  readonly call: Pick<PveCall, "caller" | "onlyReads" | "signal">;
  /** True when what others read meanwhile may be too old for this call. */
  readonly readsAlone: () => boolean;
  /** Told what a task changed that was begun here and turns out to have ended. */
  readonly forget: (changed: Changed) => void;
  readonly explained: (error: unknown) => Promise<unknown>;
  readonly warn: (warning: string) => void;
  /** Waits for a turn to ask; the function that it gives ends it. */
  readonly enter: (signal: AbortSignal) => Promise<() => void>;
  /** True where what is worked out of the answers is kept in their place. */
  readonly keepsNothing?: boolean;
}

/** What was worked out of answers, and what is missing in it. */
interface Worked<T> {
  readonly value: T;
  readonly warnings: readonly string[];
}

/** What is kept longer than else: some minutes, as long as its mark is the same. */
export interface Keeping {
  /** What is known of the thing without asking: where that differs it is read anew. */
  readonly mark: string;
  /** The guest that it is about; none for what any change may be about. */
  readonly vmid?: number | undefined;
  /** True for who asks about more than can be read at once: what is kept may be up to an hour old. */
  readonly ofFleet?: boolean | undefined;
  /** Told when what was kept was asked for, in milliseconds of the clock of what is kept. */
  readonly onKept: (askedAt: number) => void;
}

/** A task's state, which tells when a change is done. */
const TASK = /^\/nodes\/[^/]+\/tasks\/([^/]+)\/status$/;

/** What one call reads, with identical reads shared, and held to the shape that is expected. */
export class Reading {
  readonly #parts: Parts;
  /** What this call has asked for: who asks twice wants it anew. */
  readonly #asked = new Set<string>();

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  async read(path: ApiPath, given?: unknown, keeping?: Keeping): Promise<Answer> {
    const { explained } = this.#parts;
    const params: Params = { ...given as Params };
    try {
      const answer = await this.#read(path, params, keeping);
      this.#noteEnd(path, answer);
      return answer;
    } catch (error) {
      throw await explained(error);
    }
  }

  async #read(path: ApiPath, params: Params, keeping?: Keeping): Promise<Answer> {
    const { shared: { client, reads }, call, enter, readsAlone } = this.#parts;
    const { caller, onlyReads = false, signal } = call;
    const start = async (signal: AbortSignal) => {
      const leave = await enter(signal);
      try {
        return await client.request("GET", path, { caller, params, signal });
      } finally {
        leave();
      }
    };
    if (readsAlone()) return await start(signal);
    const { keepsNothing = false } = this.#parts;
    const isShort = !keepsNothing && isKept(String(path));
    const keeps = keeping ? "long" : isShort ? "shortly" : "not";
    // What one token of Proxmox's sees another may not.
    const key = JSON.stringify([client.tokenId, String(path), params]);
    const takesKept = onlyReads && !this.#asked.has(key);
    if (keeps !== "not") this.#asked.add(key);
    return await reads.read(key, { ...keeping, caller, signal, start, keeps, takesKept });
  }

  /**
   * Works something out of what is read, which is kept in place of that.
   *
   * @param what names it, with whatever it depends on but the guest
   */
  async workedOut<T>(
    what: string,
    keeping: Keeping,
    work: (reading: Reading) => Promise<T>,
  ): Promise<T> {
    const { shared: { reads }, call: { caller, onlyReads = false, signal }, warn } = this.#parts;
    const start = async (signal: AbortSignal): Promise<Answer> => {
      const data = await this.#work(signal, work);
      return { data, total: undefined, size: JSON.stringify(data).length };
    };
    const key = this.#keyOf(what, keeping);
    const takesKept = onlyReads && !this.#asked.has(key);
    this.#asked.add(key);
    const asked = this.#parts.readsAlone()
      ? start(signal)
      : reads.read(key, { ...keeping, caller, signal, start, keeps: "long", takesKept });
    const { value, warnings } = (await asked).data as Worked<T>;
    for (const warning of warnings) warn(warning);
    return value;
  }

  async #work<T>(
    signal: AbortSignal,
    work: (reading: Reading) => Promise<T>,
  ): Promise<Worked<T>> {
    const warnings = new Set<string>();
    const call = { ...this.#parts.call, signal };
    const warn = (warning: string) => void warnings.add(warning);
    const value = await work(new Reading({ ...this.#parts, call, warn, keepsNothing: true }));
    return { value, warnings: [...warnings] };
  }

  /** When this was last worked out, see `SharedReads.lastAsked`. */
  lastWorkedOut(what: string, keeping: Keeping): number {
    return this.#parts.shared.reads.lastAsked(this.#keyOf(what, keeping), keeping);
  }

  #keyOf(what: string, { vmid }: Pick<Keeping, "vmid">): string {
    return `${this.#parts.shared.client.tokenId} ${what} ${vmid ?? ""}`;
  }

  /** Whoever looks at the task of a change is who finds out that the change is done. */
  #noteEnd(path: ApiPath, { data }: Answer): void {
    const [, upid] = TASK.exec(String(path)) ?? [];
    if (upid === undefined || record(data).status !== "stopped") return;
    const changed = this.#parts.shared.share.ended(decodeURIComponent(upid));
    if (changed) this.#parts.forget(changed);
  }

  async object(at: ApiPath, params?: unknown, keeping?: Keeping): Promise<object> {
    const { data } = await this.read(at, params, keeping);
    if (data === null) throw garbled(`Proxmox's answer to ${at} is empty`);
    if (isRecord(data)) return withoutNulls(data);
    throw garbled(`Proxmox's answer to ${at} is not an object`);
  }

  async page<P extends KeyedPath>(
    path: P,
    { at, params, keeping }: { at: ApiPath; params?: unknown; keeping?: Keeping | undefined },
  ): Promise<{ rows: RowOf<P>[]; total: number | undefined; changes?: string | undefined }> {
    const { changes, data, total } = await this.read(at, params, keeping);
    const checked = checkedRows(path, data);
    if (!checked) {
      const what = data === null ? "empty" : "not a list that can be read";
      throw garbled(`Proxmox's answer to ${at} is ${what}`);
    }
    if (checked.leftOut > 0) this.#parts.warn(leftOutText(String(at), checked.leftOut));
    return { rows: checked.rows, total, changes };
  }
}

/** Lets so many of a call ask at once; all where nothing is said. */
export function turnsOf(atOnce: number | undefined): (signal: AbortSignal) => Promise<() => void> {
  if (atOnce === undefined) return () => Promise.resolve(() => {});
  const slots = new Slots();
  const limits = { places: atOnce, perCaller: atOnce, waiting: Infinity };
  return (signal) => slots.enter({ lane: "", caller: "", limits }, signal);
}
