import type { Principal } from "../../auth/principal.ts";
import type { Subject } from "../../proxmox/sharing.ts";
import { Seal } from "../../seal.ts";

type Output = Readonly<Record<string, unknown>>;

/** A task that a call began, and all that must be known to answer in that call's place. */
export interface BegunTask {
  readonly upid: string;
  /** Which of several clusters it runs in. */
  readonly cluster?: string | undefined;
  /** The tool that was called. */
  readonly tool: string;
  /** What it does, as the infinitive that follows "Cannot". */
  readonly action: string;
  /** The guest that the answer tells of first. */
  readonly subject: Subject | undefined;
  /** The guests that the call was about. */
  readonly vmids: readonly number[];
  /** What the tool answers besides the task's state. */
  readonly output: Output;
  /** When the client was told of it, in Unix milliseconds. */
  readonly created: number;
}

/** How long a task can be asked for. */
export const TTL_MS = 7 * 24 * 3_600_000;
/** An id goes in a header too. */
const LONGEST_ID = 4_096;

type Owner = Pick<Principal, "tokenId" | "user">;

/**
 * Makes and reads the ids of tasks: each is the whole task, encrypted and sealed, so that every instance
 * with the same key answers for it and none must keep it. Proxmox keeps the task itself.
 */
export class TaskIds {
  readonly #seal: Seal;
  readonly #now: () => Date;

  /** @param options.key 32 bytes, the same on all instances that share clients */
  constructor({ key, now }: { key: () => Promise<Uint8Array<ArrayBuffer>>; now: () => Date }) {
    this.#seal = new Seal({ key, longest: LONGEST_ID });
    this.#now = now;
  }

  /** An id for who began the task; undefined when there is too much to be told of it. */
  async create(task: BegunTask, { tokenId, user }: Owner): Promise<string | undefined> {
    const id = await this.#seal.seal(JSON.stringify({ ...task, tokenId, user }));
    return id.length <= LONGEST_ID ? id : undefined;
  }

  /** What an id tells; undefined for one that is forged, expired, or of another token. */
  async read(id: string, { tokenId, user }: Owner): Promise<BegunTask | undefined> {
    const text = await this.#seal.open(id);
    if (text === undefined) return undefined;
    const { tokenId: owner, user: name, ...task } = JSON.parse(text) as BegunTask & Owner;
    const expired = this.#now().getTime() >= task.created + TTL_MS;
    return owner === tokenId && name === user && !expired ? task : undefined;
  }
}
