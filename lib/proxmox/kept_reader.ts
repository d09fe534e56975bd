import { apiPath } from "../upstream/path.ts";
import type { KeyedPath } from "./api/rows.ts";
import type { ArgumentsOf, DataOf, ItemPath, RowOf } from "./api/types.ts";
import type { Pve } from "./pve.ts";
import type { Keeping, Reading } from "./reading.ts";

/** What reads, whether it may be told what was kept or not. */
export type Reader = Pick<Pve, "get" | "list" | "now" | "page">;

/** Reads as its call does, but may be told what was read some minutes ago. */
export class KeptReader implements Reader {
  readonly #reading: Reading;
  readonly #keeping: Keeping;
  readonly now: () => Date;

  constructor(reading: Reading, { now, ...keeping }: Keeping & { now: () => Date }) {
    this.#reading = reading;
    this.#keeping = keeping;
    this.now = now;
  }

  async get<P extends ItemPath>(
    path: P,
    ...[segments, params]: ArgumentsOf<P, "GET">
  ): Promise<DataOf<P, "GET">> {
    const at = apiPath(path, segments);
    return await this.#reading.object(at, params, this.#keeping) as DataOf<P, "GET">;
  }

  async list<P extends KeyedPath>(path: P, ...args: ArgumentsOf<P, "GET">): Promise<RowOf<P>[]> {
    return (await this.page(path, ...args)).rows;
  }

  async page<P extends KeyedPath>(
    path: P,
    ...[segments, params]: ArgumentsOf<P, "GET">
  ): Promise<{ rows: RowOf<P>[]; total: number | undefined }> {
    const at = apiPath(path, segments);
    return await this.#reading.page(path, { at, params, keeping: this.#keeping });
  }
}
