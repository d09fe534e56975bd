import { apiPath } from "../upstream/path.ts";
import type { KeyedPath } from "./api/rows.ts";
import type { ArgumentsOf, DataOf, ItemPath, RowOf } from "./api/types.ts";
import type { Pve } from "./pve.ts";
import type { Keeping, Reading } from "./reading.ts";

/** What reads, whether it may be told what was kept or not. */
export type Reader = Pick<Pve, "get" | "list" | "now" | "page">;

interface Options {
  readonly now: () => Date;
  /** With it, what was read some minutes ago may be told. */
  readonly keeping?: Keeping;
}

/** Reads the API by its typed paths, as its call may. */
export class OneReader implements Reader {
  readonly #reading: Reading;
  readonly #keeping: Keeping | undefined;
  readonly now: () => Date;

  constructor(reading: Reading, { now, keeping }: Options) {
    this.#reading = reading;
    this.#keeping = keeping;
    this.now = now;
  }

  /** Reads an object. */
  async get<P extends ItemPath>(
    path: P,
    ...[segments, params]: ArgumentsOf<P, "GET">
  ): Promise<DataOf<P, "GET">> {
    const at = apiPath(path, segments);
    return await this.#reading.object(at, params, this.#keeping) as DataOf<P, "GET">;
  }

  /** Reads a list; rows that cannot be used are left out with a warning. */
  async list<P extends KeyedPath>(path: P, ...args: ArgumentsOf<P, "GET">): Promise<RowOf<P>[]> {
    return (await this.page(path, ...args)).rows;
  }

  /** Reads a list, and how long it is in all where Proxmox gives a part of it. */
  async page<P extends KeyedPath>(
    path: P,
    ...[segments, params]: ArgumentsOf<P, "GET">
  ): Promise<{ rows: RowOf<P>[]; total: number | undefined; changes?: string | undefined }> {
    const at = apiPath(path, segments);
    return await this.#reading.page(path, { at, params, keeping: this.#keeping });
  }
}

/** Reads as its call does, but may be told what was read, or worked out, some minutes ago. */
export class KeptReader extends OneReader {
  readonly #kept: { readonly reading: Reading; readonly keeping: Keeping };

  constructor(reading: Reading, { now, ...keeping }: Keeping & { now: () => Date }) {
    super(reading, { now, keeping });
    this.#kept = { reading, keeping };
  }

  /**
   * Works something out of what is read, which is kept in place of that: it must be small and is not to be
   * changed.
   *
   * @param what names it, with whatever it depends on but the guest
   */
  workedOut<T>(what: string, work: (reader: Reader) => Promise<T>): Promise<T> {
    const { reading, keeping } = this.#kept;
    const { now } = this;
    return reading.workedOut(what, keeping, (reading) => work(new OneReader(reading, { now })));
  }

  /**
   * When this was last worked out, in milliseconds that only ever rise: Infinity for what would be told without
   * asking, -Infinity for what was not asked for lately.
   */
  lastWorkedOut(what: string): number {
    const { reading, keeping } = this.#kept;
    return reading.lastWorkedOut(what, keeping);
  }
}
