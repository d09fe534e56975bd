import type { Answer, Params } from "./api/client.ts";
import { garbled } from "./api/failures.ts";
import type { ApiPath } from "../upstream/path.ts";
import { checkedRows, type KeyedPath, leftOutText } from "./api/rows.ts";
import type { RowOf } from "./api/types.ts";
import { record } from "./api/values.ts";
import { isKept } from "./kept_paths.ts";
import type { PveCall, PveShared } from "./pve_parts.ts";

interface Parts {
  readonly shared: Pick<PveShared, "client" | "reads" | "share">;
  readonly call: Pick<PveCall, "caller" | "onlyReads" | "signal">;
  /** True when what others read meanwhile may be too old for this call. */
  readonly readsAlone: () => boolean;
  /** Told when a task that was begun here turns out to have ended. */
  readonly forget: () => void;
  readonly explained: (error: unknown) => Promise<unknown>;
  readonly warn: (warning: string) => void;
}

/** What is kept longer than else: some minutes, as long as its mark is the same. */
export interface Keeping {
  /** What is known of the thing without asking: where that differs it is read anew. */
  readonly mark: string;
  /** The guest that it is about; none for what any change may be about. */
  readonly vmid?: number | undefined;
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
    const { shared: { client, reads }, call, readsAlone } = this.#parts;
    const { caller, onlyReads = false, signal } = call;
    const start = (signal: AbortSignal) => client.request("GET", path, { caller, params, signal });
    if (readsAlone()) return await start(signal);
    const keeps = keeping ? "long" : isKept(String(path)) ? "shortly" : "not";
    // What one token of Proxmox's sees another may not.
    const key = JSON.stringify([client.tokenId, String(path), params, keeping?.mark]);
    const takesKept = onlyReads && !this.#asked.has(key);
    if (keeps !== "not") this.#asked.add(key);
    return await reads.read(key, { ...keeping, caller, signal, start, keeps, takesKept });
  }

  /** Whoever looks at the task of a change is who finds out that the change is done. */
  #noteEnd(path: ApiPath, { data }: Answer): void {
    const [, upid] = TASK.exec(String(path)) ?? [];
    if (upid === undefined || record(data).status !== "stopped") return;
    if (this.#parts.shared.share.ended(decodeURIComponent(upid))) this.#parts.forget();
  }

  async object(at: ApiPath, params?: unknown, keeping?: Keeping): Promise<object> {
    const { data } = await this.read(at, params, keeping);
    if (data === null) throw garbled(`Proxmox's answer to ${at} is empty`);
    if (typeof data === "object" && !Array.isArray(data)) return data;
    throw garbled(`Proxmox's answer to ${at} is not an object`);
  }

  async page<P extends KeyedPath>(
    path: P,
    { at, params, keeping }: { at: ApiPath; params?: unknown; keeping?: Keeping },
  ): Promise<{ rows: RowOf<P>[]; total: number | undefined }> {
    const { data, total } = await this.read(at, params, keeping);
    const checked = checkedRows(path, data);
    if (!checked) {
      const what = data === null ? "empty" : "not a list that can be read";
      throw garbled(`Proxmox's answer to ${at} is ${what}`);
    }
    if (checked.leftOut > 0) this.#parts.warn(leftOutText(String(at), checked.leftOut));
    return { rows: checked.rows, total };
  }
}
