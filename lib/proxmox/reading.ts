import type { Answer, Params } from "./api/client.ts";
import { garbled } from "./api/failures.ts";
import type { ApiPath } from "./api/path.ts";
import { checkedRows, type KeyedPath, leftOutText } from "./api/rows.ts";
import type { RowOf } from "./api/types.ts";
import type { PveCall, PveShared } from "./pve_parts.ts";

interface Parts {
  readonly shared: Pick<PveShared, "client" | "reads">;
  readonly call: Pick<PveCall, "caller" | "signal">;
  /** True when what others read meanwhile may be too old for this call. */
  readonly readsAlone: () => boolean;
  readonly explained: (error: unknown) => Promise<unknown>;
  readonly warn: (warning: string) => void;
}

/** What one call reads, with identical reads under way shared, and held to the shape that is expected. */
export class Reading {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  async read(path: ApiPath, given?: unknown): Promise<Answer> {
    const { shared, call: { caller, signal: own }, readsAlone, explained } = this.#parts;
    const params: Params = { ...given as Params };
    const start = (signal: AbortSignal) =>
      shared.client.request("GET", path, { caller, params, signal });
    try {
      if (readsAlone()) return await start(own);
      const key = JSON.stringify([caller, String(path), params]);
      return await shared.reads.read(key, { signal: own, start });
    } catch (error) {
      throw await explained(error);
    }
  }

  async object(at: ApiPath, params?: unknown): Promise<object> {
    const { data } = await this.read(at, params);
    if (data === null) throw garbled(`Proxmox's answer to ${at} is empty`);
    if (typeof data === "object" && !Array.isArray(data)) return data;
    throw garbled(`Proxmox's answer to ${at} is not an object`);
  }

  async page<P extends KeyedPath>(
    path: P,
    { at, params }: { at: ApiPath; params?: unknown },
  ): Promise<{ rows: RowOf<P>[]; total: number | undefined }> {
    const { data, total } = await this.read(at, params);
    const checked = checkedRows(path, data);
    if (!checked) {
      const what = data === null ? "empty" : "not a list that can be read";
      throw garbled(`Proxmox's answer to ${at} is ${what}`);
    }
    if (checked.leftOut > 0) this.#parts.warn(leftOutText(String(at), checked.leftOut));
    return { rows: checked.rows, total };
  }
}
