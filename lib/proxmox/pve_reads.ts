import type { AppError } from "../errors.ts";
import { abortFailure, unlessAborted } from "../upstream/abort.ts";
import { apiPath } from "../upstream/path.ts";
import type { Advice } from "./advice.ts";
import type { Params } from "./api/client.ts";
import type { ArgumentsOf, PathWith, SegmentsOf } from "./api/types.ts";
import type { Resource } from "./api/values.ts";
import type { Socket } from "./api/websocket.ts";
import type { ApiDescription } from "./apidoc/description.ts";
import type { GivenGuest, Guest, GuestType } from "./guest/directory.ts";
import { KeptReader, OneReader } from "./kept_reader.ts";
import type { Reach } from "./plan.ts";
import type { Grants } from "./privileges.ts";
import type { PveCall, PveShared } from "./pve_parts.ts";
import type { Reading } from "./reading.ts";
import type { GuestPlace, Sight } from "./sight.ts";

interface Parts {
  readonly shared: PveShared;
  readonly call: PveCall;
  readonly sight: Sight;
  readonly reading: Reading;
  readonly warnings: ReadonlySet<string>;
  readonly warn: (warning: string) => void;
}

/** What a tool call may read of Proxmox, within its deadline and its token's reach, and what it is told besides. */
export abstract class PveReads extends OneReader {
  /** Tells the caller, besides the answer or the plan, what is missing in it. */
  readonly warn: (warning: string) => void;
  readonly #shared: PveShared;
  readonly #call: PveCall;
  readonly #sight: Sight;
  readonly #reading: Reading;
  readonly #warnings: ReadonlySet<string>;
  #oldest = Infinity;

  constructor({ shared, call, sight, reading, warnings, warn }: Parts) {
    super(reading, { now: () => shared.now() });
    this.#shared = shared;
    this.#call = call;
    this.#sight = sight;
    this.#reading = reading;
    this.#warnings = warnings;
    this.warn = warn;
  }

  get signal(): AbortSignal {
    return this.#call.signal;
  }

  /** In whose name servers are asked: callers take turns there. */
  get caller(): string {
    return this.#call.caller;
  }

  /** @param signal wakes up earlier, with the same error as when the call is over */
  sleep(ms: number, signal = this.#call.signal): Promise<void> {
    return this.#shared.sleep(ms, signal).catch(() => {
      throw abortFailure(signal, false);
    });
  }

  /** Opens a WebSocket with the host that answers requests now. */
  async socket<P extends PathWith<"GET">>(
    path: P,
    segments: SegmentsOf<P>,
    params: Params,
  ): Promise<Socket> {
    const at = apiPath(path, segments);
    return await this.#shared.client.socket(at, { params, signal: this.signal });
  }

  /**
   * Reads what is dear to read: who only reads may be told what was read some minutes ago, as long as the
   * mark is the same and nothing was changed here that it may be about.
   *
   * @param about.vmid the guest that it is about
   * @param about.ofFleet for who asks about more than can be read at once: it may be up to an hour old
   */
  keeping(about: { mark: string; vmid?: number; ofFleet?: boolean }): KeptReader {
    const onKept = (askedAt: number) => this.#oldest = Math.min(this.#oldest, askedAt);
    return new KeptReader(this.#reading, { ...about, onKept, now: this.now });
  }

  /** When the oldest was read that `keeping` gave; undefined when all is new. */
  get oldest(): Date | undefined {
    const ageMs = this.#shared.share.now() - this.#oldest;
    return ageMs === -Infinity ? undefined : new Date(this.now().getTime() - ageMs);
  }

  /** Reads whatever it is; null when Proxmox has nothing to tell. */
  async value<P extends PathWith<"GET">>(
    path: P,
    ...[segments, params]: ArgumentsOf<P, "GET">
  ): Promise<unknown> {
    return (await this.#reading.read(apiPath(path, segments), params)).data;
  }

  /** What the caller must be told besides the answer. */
  get warnings(): readonly string[] {
    return [...this.#warnings];
  }

  /** What requests of this call were refused with, whatever was made of that. */
  get refused(): AppError | undefined {
    return this.#shared.client.refused;
  }

  /** `user@realm!name` of the Proxmox API token. */
  get tokenId(): string {
    return this.#shared.client.tokenId;
  }

  /** The cluster that the call is about. */
  get cluster(): string {
    return this.#shared.cluster;
  }

  /** True where Proxmox is asked with the caller's own API token: what that does not see nobody tells. */
  get isPersonal(): boolean {
    return this.#shared.personal;
  }

  /** What the Proxmox API token may do; undefined when Proxmox does not tell. */
  grants(options?: { fresh: boolean }): Promise<Grants | undefined> {
    return unlessAborted(this.#shared.access.grants(options), this.signal);
  }

  /**
   * Says that the call is about the guests that this names, as it is before it is changed: a job, a rule, a
   * volume. Null: it may be about any, as nobody tells which.
   */
  concerns(thing: Readonly<Record<string, unknown>> | null): void {
    this.#sight.concerns(thing);
  }

  /** True where the call may be about guests that nobody tells of. */
  get concernsAny(): boolean {
    return this.#sight.isAny;
  }

  /** Where messages lead on to. */
  get advice(): Advice {
    return this.#shared.advice;
  }

  /** The API as this Proxmox describes it, which always fits its version. */
  async apiDescription(): Promise<ApiDescription> {
    const { version, repoid } = await this.get("/version");
    return this.#shared.descriptions.get(`${version} ${repoid}`);
  }

  /**
   * The guest with this id or unique name. One that the token may not touch is as good as none.
   *
   * @param options.type refuses guests of the other type, naming the right kind of tool
   * @throws AppError `not_found`, `conflict` for a name that fits several guests or the wrong type
   */
  find<T extends GuestType = GuestType>(
    given: GivenGuest,
    options: { type?: T } = {},
  ): Promise<Guest<T>> {
    return this.#sight.find(given, options);
  }

  /** The vmid of a guest that may be gone: only one that is there can be given by its name. */
  async vmidOf(given: number | string | undefined): Promise<number | undefined> {
    return typeof given === "string" ? (await this.find({ vmid: given })).vmid : given;
  }

  /** What the token may touch. */
  get reach(): Reach {
    return this.#call.reach;
  }

  /**
   * Tells of vmids whether the token's limits include them. Of a guest that is gone only its vmid and the
   * node that it was on are known: limits of another kind refuse it.
   */
  includes(): Promise<(vmid: number, node: string) => boolean> {
    return this.#sight.includes();
  }

  /** Refuses a guest that the token's limits do not include where it shall be. */
  assertGuest(guest: GuestPlace): void {
    this.#sight.assertGuest(guest);
  }

  /** Like `assertGuest` for a guest-to-be; also refuses the vmid of one that is out of reach. */
  assertNew(guest: GuestPlace): Promise<void> {
    return this.#sight.assertNew(guest);
  }

  /** Refuses a node that the token may not know of; returns it. */
  node(name: string): string {
    this.#sight.assertNode(name);
    return name;
  }

  /** Refuses what concerns all that is on a node to a token that is limited to some of it; returns it. */
  wholeNode(name: string): string {
    this.#sight.assertWholeNode(name);
    return name;
  }

  /** Refuses what concerns the whole cluster to a token that is limited to some of it. */
  assertUnlimited(): void {
    this.#sight.assertUnlimited();
  }

  /** Everything in the cluster that the token may see, in one request. */
  resources({ fresh = true } = {}): Promise<Resource[]> {
    return this.#sight.resources({ fresh });
  }
}
