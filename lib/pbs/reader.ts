import { apiPath } from "../upstream/path.ts";
import { isRecord, withoutNulls } from "../proxmox/api/values.ts";
import type { SharedReads } from "../proxmox/shared_reads.ts";
import { type Answer, type Params, type PbsClient } from "./api/client.ts";
import { type Answering, garbled, labelOf } from "./api/failures.ts";
import type { ArgumentsOf, DataOf, ListPath, PathWith, RowOf } from "./api/types.ts";

/** In whose name and for how long something is read. */
export interface Reading {
  readonly caller?: string | undefined;
  readonly signal: AbortSignal;
  /** Where who asks for the same meanwhile is told the same; absent for what a change rests on. */
  readonly reads?: PbsReads | undefined;
}

/** What is being read of one backup server. */
export type PbsReads = SharedReads<Answer>;

/** A list of snapshots reads every manifest: Proxmox VE waits four times as long for it as for the rest. */
const SLOW = /^\/admin\/datastore\/\{store\}\/(?:snapshots|groups|status)$/;
const SLOWER = 4;

/** What can be read of one backup server. */
export class PbsReader {
  readonly client: PbsClient;
  readonly #reading: Reading;

  constructor(client: PbsClient, reading: Reading) {
    this.client = client;
    this.#reading = reading;
  }

  /** The name that the config gives the server. */
  get server(): string {
    return this.client.server;
  }

  /** How messages call it. */
  get label(): string {
    return labelOf(this.client);
  }

  get answering(): Answering {
    return { server: this.server, tokenId: this.client.tokenId };
  }

  /** The object that the path answers, without what is null; of a list, see `list`. */
  async get<P extends PathWith<"GET">>(
    path: P,
    ...args: ArgumentsOf<P, "GET">
  ): Promise<DataOf<P, "GET">> {
    const { data } = await this.#read(path, args);
    if (!isRecord(data)) throw garbled(this.client, `to ${path} is no object`);
    return withoutNulls(data) as DataOf<P, "GET">;
  }

  /** The rows of a list. One that is empty may only mean that the token lacks the right to see more. */
  async list<P extends ListPath & PathWith<"GET">>(
    path: P,
    ...args: ArgumentsOf<P, "GET">
  ): Promise<RowOf<P>[]> {
    return (await this.page(path, ...args)).rows;
  }

  /** The same with what stands beside the rows. */
  async page<P extends ListPath & PathWith<"GET">>(
    path: P,
    ...args: ArgumentsOf<P, "GET">
  ): Promise<{ rows: RowOf<P>[] } & Pick<Answer, "digest" | "total">> {
    const { data, digest, total } = await this.#read(path, args);
    if (!Array.isArray(data)) throw garbled(this.client, `to ${path} is no list`);
    const rows = data.filter(isRecord).map(withoutNulls) as RowOf<P>[];
    return { rows, digest, total };
  }

  #read(path: string, args: readonly unknown[]): Promise<Answer> {
    const [segments, params] = args as [Parameters<typeof apiPath>[1]?, Params?];
    const { client } = this;
    const { caller, reads, signal } = this.#reading;
    const at = apiPath(path, segments);
    const start = (signal: AbortSignal) =>
      client.request("GET", at, {
        caller,
        signal,
        ...(params === undefined ? {} : { params }),
        ...(SLOW.test(path) ? { timeoutMs: client.timeoutMs * SLOWER } : {}),
      });
    if (reads === undefined) return start(signal);
    const key = JSON.stringify([String(at), params]);
    const asked = { caller: caller ?? "", keeps: "not", takesKept: false } as const;
    return reads.read(key, { ...asked, signal, start });
  }
}
