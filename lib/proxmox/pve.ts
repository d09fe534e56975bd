import { AppError } from "../errors.ts";
import type { ApiDescription } from "./apidoc/description.ts";
import type { ApiDescriptions } from "./apidoc/descriptions.ts";
import { abortFailure, unlessAborted } from "./api/abort.ts";
import { type Advice, explain } from "./advice.ts";
import type { Answer, Client, Params } from "./api/client.ts";
import { garbled } from "./api/failures.ts";
import { checkedRows, type KeyedPath, leftOutText } from "./api/rows.ts";
import type {
  ArgumentsOf,
  DataOf,
  ItemPath,
  PathWith,
  RowOf,
  SegmentsOf,
  Verb,
} from "./api/types.ts";
import {
  assertMeant,
  type Guest,
  type GuestDirectory,
  guestsIn,
  type GuestType,
} from "./guest/directory.ts";
import type { GuestLocks } from "./guest/locks.ts";
import { rowsWithin } from "./inventory.ts";
import { type ApiPath, apiPath } from "./api/path.ts";
import { noteQuorum } from "./cluster/quorum.ts";
import type { SharedReads } from "./shared_reads.ts";
import type { SharedTask, Sharing, Subject } from "./sharing.ts";
import { PATIENCE_MS, type TaskState, waitTask } from "./tasks.ts";
import type { Access, Grants } from "./privileges.ts";
import { Touched } from "./touched.ts";
import { type Plan, type Reach, redactedParams, withoutSecrets } from "./plan.ts";
import { isRecord, type Resource } from "./api/values.ts";
import type { Socket } from "./api/websocket.ts";
import type { Leases } from "../database/leases.ts";

/** The parts that all calls share. */
export interface PveShared {
  readonly client: Client;
  readonly access: Access;
  readonly directory: GuestDirectory;
  readonly locks: GuestLocks;
  readonly leases: Leases;
  readonly reads: SharedReads;
  readonly descriptions: ApiDescriptions;
  readonly advice: Advice;
  readonly now: () => Date;
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
}

export interface PveCall {
  /** In whose name Proxmox is asked: callers take turns there. */
  readonly caller: string;
  readonly signal: AbortSignal;
  readonly reach: Reach;
  readonly dryRun: boolean;
  /** What the call does, for messages: `start VM 101`. */
  readonly action: string;
  readonly progress: (message: string, done?: { progress: number; total?: number }) => void;
  /** Makes durable that these guests are about to be changed; a rejection keeps the change from being sent. */
  readonly announce: (vmids: readonly number[]) => Promise<void>;
  /** Keeps an identical call from making the change too; absent where each makes its own. */
  readonly sharing?: Sharing | undefined;
}

/** How long to follow a task. */
interface Following {
  readonly wait?: boolean | undefined;
  /** Default 300. */
  readonly timeout_seconds?: number | undefined;
}

const DRY_RUN_UPID = "UPID:dry-run";
const DEFAULT_WAIT_SECONDS = 300;
/** A change of how a guest runs, which moves and renames nothing. */
const POWER = /^\/nodes\/[^/]+\/(?:qemu|lxc)\/\d+\/status\/\w+$/;

/**
 * Proxmox as one tool call sees it: bound to the call's deadline, to what the token may touch, and
 * in a dry run to sending nothing that changes anything.
 */
export class Pve {
  readonly plan: Plan = { requests: [], checks: [], changes: {} };
  readonly #shared: PveShared;
  readonly #call: PveCall;
  /** What ends the hold of each vmid that is held. */
  readonly #held = new Map<number, () => void>();
  readonly #warnings = new Set<string>();
  readonly #leases: (() => Promise<void>)[] = [];
  readonly #touched: Touched;
  readonly #patienceEnds: number;
  /** Whether all changes of this call so far were of how guests run; undefined before the first. */
  #isPowerOnly: boolean | undefined;
  #upid: string | undefined;
  #subject: Subject | undefined;
  #steps = 0;

  constructor(shared: PveShared, call: PveCall) {
    this.#shared = shared;
    this.#call = call;
    this.#touched = new Touched(call.announce);
    this.#patienceEnds = shared.now().getTime() + PATIENCE_MS;
  }

  /** The last UPID that Proxmox gave in this call, for the audit. */
  get upid(): string | undefined {
    return this.#upid;
  }

  /** The guest that the answer tells of first. */
  get subject(): Subject | undefined {
    return this.#subject;
  }

  /** Says which guest the answer tells of first, where that is not the one that was claimed. */
  about({ vmid, name, node, type, goes = false }: Subject): void {
    this.#subject = { vmid, name, node, type, goes };
  }

  /** Takes over the task of an identical call, for the answer and the audit. */
  join({ upid, subject, vmids }: SharedTask): void {
    this.#upid = upid;
    this.#subject = subject;
    for (const vmid of vmids) this.#touched.note(vmid);
  }

  /** Milliseconds until the caller should have an answer, whatever is still to be waited for. */
  get patienceMs(): number {
    return Math.max(0, this.#patienceEnds - this.now().getTime());
  }

  /** The guests that this call has turned out to be about, for the audit. */
  get vmids(): readonly number[] {
    return this.#touched.vmids;
  }

  get dryRun(): boolean {
    return this.#call.dryRun;
  }

  get signal(): AbortSignal {
    return this.#call.signal;
  }

  now(): Date {
    return this.#shared.now();
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
   * Takes what only one call may have at a time, on whichever instance; false when another has it.
   *
   * @param seconds after which it is free again, should this instance die
   */
  async lease(key: string, seconds: number): Promise<boolean> {
    const release = await this.#shared.leases.take(key, seconds * 1000);
    if (release !== undefined) this.#leases.push(release);
    return release !== undefined;
  }

  /** Reads an object. */
  async get<P extends ItemPath>(
    path: P,
    ...[segments, params]: ArgumentsOf<P, "GET">
  ): Promise<DataOf<P, "GET">> {
    const at = apiPath(path, segments);
    const { data } = await this.#read(at, params);
    if (data === null) throw garbled(`Proxmox's answer to ${at} is empty`);
    if (typeof data === "object" && !Array.isArray(data)) return data as DataOf<P, "GET">;
    throw garbled(`Proxmox's answer to ${at} is not an object`);
  }

  /** Reads a list; rows that cannot be used are left out with a warning. */
  async list<P extends KeyedPath>(
    path: P,
    ...args: ArgumentsOf<P, "GET">
  ): Promise<RowOf<P>[]> {
    return (await this.page(path, ...args)).rows;
  }

  /** Reads a list, and how long it is in all where Proxmox gives a part of it. */
  async page<P extends KeyedPath>(
    path: P,
    ...[segments, params]: ArgumentsOf<P, "GET">
  ): Promise<{ rows: RowOf<P>[]; total: number | undefined }> {
    const at = apiPath(path, segments);
    const { data, total } = await this.#read(at, params);
    const checked = checkedRows(path, data);
    if (!checked) {
      const what = data === null ? "empty" : "not a list that can be read";
      throw garbled(`Proxmox's answer to ${at} is ${what}`);
    }
    if (checked.leftOut > 0) this.warn(leftOutText(String(at), checked.leftOut));
    return { rows: checked.rows, total };
  }

  /** Reads whatever it is; null when Proxmox has nothing to tell. */
  async value<P extends PathWith<"GET">>(
    path: P,
    ...[segments, params]: ArgumentsOf<P, "GET">
  ): Promise<unknown> {
    return (await this.#read(apiPath(path, segments), params)).data;
  }

  post<P extends PathWith<"POST">>(
    path: P,
    ...[segments, params]: ArgumentsOf<P, "POST">
  ): Promise<DataOf<P, "POST">> {
    return this.#change("POST", apiPath(path, segments), params);
  }

  put<P extends PathWith<"PUT">>(
    path: P,
    ...[segments, params]: ArgumentsOf<P, "PUT">
  ): Promise<DataOf<P, "PUT">> {
    return this.#change("PUT", apiPath(path, segments), params);
  }

  delete<P extends PathWith<"DELETE">>(
    path: P,
    ...[segments, params]: ArgumentsOf<P, "DELETE">
  ): Promise<DataOf<P, "DELETE">> {
    return this.#change("DELETE", apiPath(path, segments), params);
  }

  /** A call that was checked against the description which Proxmox itself serves. */
  async call(verb: Verb, path: ApiPath, params: Params): Promise<unknown> {
    this.#touched.noteRequest(String(path), params);
    if (verb === "GET") return (await this.#read(path, params)).data;
    return await this.#change<unknown>(verb, path, params);
  }

  /** Tells the caller, besides the answer, what is missing in it. */
  warn(warning: string): void {
    this.#warnings.add(warning);
  }

  /** What the caller must be told besides the answer. */
  get warnings(): readonly string[] {
    return [...this.#warnings];
  }

  /** `user@realm!name` of the Proxmox API token. */
  get tokenId(): string {
    return this.#shared.client.tokenId;
  }

  /** What the Proxmox API token may do; undefined when Proxmox does not tell. */
  grants(options?: { fresh: boolean }): Promise<Grants | undefined> {
    return unlessAborted(this.#shared.access.grants(options), this.signal);
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
  async find<T extends GuestType = GuestType>(
    given: { vmid: number | string; node?: string | undefined },
    options: { type?: T } = {},
  ): Promise<Guest<T>> {
    const { everything, guest: touches } = this.reach;
    const finding = this.#shared.directory.find(given.vmid, everything ? undefined : touches);
    const guest = await unlessAborted(finding, this.signal);
    this.#touched.note(guest.vmid);
    assertMeant(guest, { ...given, ...options });
    return guest as Guest<T>;
  }

  /** The vmid of a guest that may be gone: only one that is there can be given by its name. */
  async vmidOf(given: number | string | undefined): Promise<number | undefined> {
    return typeof given === "string" ? (await this.find({ vmid: given })).vmid : given;
  }

  /** Like `find`, and holds the guest against other changes until the call is over. */
  async claim<T extends GuestType = GuestType>(
    given: { vmid: number | string; node?: string | undefined },
    options: { type?: T } = {},
  ): Promise<Guest<T>> {
    const guest = await this.find(given, options);
    this.about(guest);
    if (this.#call.dryRun) return guest;
    await this.hold(guest.vmid);
    // The change that was waited for may have moved or deleted it.
    const held = await this.find({ ...given, vmid: guest.vmid }, options);
    this.about(held);
    return held;
  }

  /** Holds a vmid against other changes until the call is over. */
  async hold(vmid: number): Promise<void> {
    const { action, signal } = this.#call;
    this.#touched.hold(vmid);
    this.#held.set(vmid, await this.#shared.locks.acquire(vmid, action, signal));
  }

  /** Holds a vmid like `hold`, or tells that another call holds it now. */
  tryHold(vmid: number): boolean {
    const release = this.#shared.locks.tryAcquire(vmid, this.#call.action);
    if (release === undefined) return false;
    this.#touched.hold(vmid);
    this.#held.set(vmid, release);
    return true;
  }

  /** Lets others have a vmid that this call holds. */
  letGo(vmid: number): void {
    this.#touched.letGo(vmid);
    this.#held.get(vmid)?.();
    this.#held.delete(vmid);
  }

  /** What the token may touch. */
  get reach(): Reach {
    return this.#call.reach;
  }

  /**
   * Tells of vmids whether the token's limits include them. Of a guest that is gone only its vmid and the
   * node that it was on are known: limits of another kind refuse it.
   */
  async includes(): Promise<(vmid: number, node: string) => boolean> {
    const rows = await unlessAborted(this.#shared.directory.resources(), this.signal);
    const guests = new Map(guestsIn(rows).map((guest) => [guest.vmid, guest]));
    return (vmid, node) =>
      this.reach.guest(guests.get(vmid) ?? { vmid, node, pool: undefined, tags: [] });
  }

  /** Refuses a guest that the token's limits do not include where it shall be. */
  assertGuest(guest: Pick<Guest, "vmid" | "node" | "pool" | "tags">): void {
    if (this.reach.guest(guest)) return;
    throw new AppError("forbidden", `the token's limits do not include guest ${guest.vmid} there`);
  }

  /** Like `assertGuest` for a guest-to-be; also refuses the vmid of one that is out of reach. */
  async assertNew(guest: Pick<Guest, "vmid" | "node" | "pool" | "tags">): Promise<void> {
    this.assertGuest(guest);
    if (this.reach.everything) return;
    const rows = await unlessAborted(this.#shared.directory.resources(), this.signal);
    const holder = guestsIn(rows).find(({ vmid }) => vmid === guest.vmid);
    if (holder === undefined || this.reach.guest(holder)) return;
    throw new AppError("conflict", `the vmid ${guest.vmid} is taken; give another one`);
  }

  /** Refuses a node that the token may not know of; returns it. */
  node(name: string): string {
    if (this.reach.sees(name)) return name;
    throw new AppError("forbidden", `the token's limits do not include node ${name}`);
  }

  /** Refuses what concerns the whole cluster to a token that is limited to some of it. */
  assertUnlimited(): void {
    if (this.reach.everything) return;
    throw new AppError("forbidden", "the token's limits do not include the whole cluster");
  }

  /** Everything in the cluster that the token may see, in one request. */
  async resources({ fresh = true } = {}): Promise<Resource[]> {
    const { reach, signal } = this;
    const rows = await unlessAborted(this.#shared.directory.resources({ fresh }), signal);
    const { warning } = this.#shared.directory;
    if (warning !== undefined) this.warn(warning);
    return rowsWithin(rows, reach);
  }

  /** Requires a precondition; a dry run notes it and goes on. */
  check(check: string, ok: boolean, detail: string): void {
    this.plan.checks.push({ check, ok, ...(ok ? {} : { detail }) });
    if (!ok && !this.#call.dryRun) throw new AppError("conflict", detail);
  }

  /** Tells in a dry run's plan what else would come of the change. */
  foresee(note: string): void {
    this.plan.notes = [...this.plan.notes ?? [], note];
  }

  /** What a change answers that is made already; nothing is sent. */
  unchanged(state: string): { unchanged: true } {
    this.check(`nothing is to be changed: ${state}`, true, "");
    return { unchanged: true };
  }

  progress(message: string, done?: { progress: number; total?: number }): void {
    this.#call.progress(message, done);
  }

  /**
   * A change that comes before the call's own one, or is one of many: identical calls each make theirs.
   *
   * @param send gives the UPID
   */
  async step<T>(send: () => Promise<T>): Promise<T> {
    this.#steps++;
    try {
      return await send();
    } finally {
      this.#steps--;
    }
  }

  /**
   * Follows a task to its end, or returns at once when `wait` is false. While it runs longer than a
   * caller has patience its state is `running`, and the caller is told how to go on.
   */
  async task(upid: unknown, options: Following = {}): Promise<TaskState> {
    const started: TaskState = { upid: String(upid), status: "running", warnings: 0, log_tail: [] };
    if (this.#call.dryRun) return started;
    assertUpid(upid);
    const state = options.wait === false
      ? started
      : await this.#follow(upid, { ...options, patienceMs: this.patienceMs });
    if (state.status === "stopped") await this.#call.sharing?.ended();
    else if (options.wait !== false) {
      this.warn(`still running: the task goes on, do not start it again; ${this.advice.wait}`);
    }
    return state;
  }

  /**
   * Follows a task without whose end the call cannot go on.
   *
   * @throws AppError `timeout` also when the caller's patience is over
   */
  async finished(upid: unknown, { timeout_seconds }: Following = {}): Promise<void> {
    if (this.#call.dryRun) return;
    assertUpid(upid);
    const seconds = Math.min(timeout_seconds ?? DEFAULT_WAIT_SECONDS, this.patienceMs / 1000);
    await this.#follow(upid, { timeout_seconds: seconds, patienceMs: Infinity });
  }

  async #follow(
    upid: string,
    { timeout_seconds, patienceMs }: Following & { patienceMs: number },
  ): Promise<TaskState> {
    const timeoutMs = (timeout_seconds ?? DEFAULT_WAIT_SECONDS) * 1000;
    const total = Math.min(timeoutMs, patienceMs) / 1000;
    try {
      return await waitTask(this, upid, {
        timeoutMs,
        patienceMs,
        onPoll: (elapsedMs) =>
          this.progress(`${this.#call.action}: task runs`, {
            progress: Math.round(elapsedMs / 1000),
            total,
          }),
      });
    } catch (error) {
      throw await this.#explained(error);
    } finally {
      this.#forget();
    }
  }

  /** Ends the call: other changes may go on. */
  release(): void {
    for (const vmid of [...this.#held.keys()]) this.letGo(vmid);
    // One that cannot be given back runs out.
    for (const release of this.#leases.splice(0)) release().catch(() => {});
  }

  async #read(path: ApiPath, given?: unknown): Promise<Answer> {
    const { caller } = this.#call;
    const params: Params = { ...given as Params };
    const start = (signal: AbortSignal) =>
      this.#shared.client.request("GET", path, { caller, params, signal });
    try {
      // What a change rests on is read after it has taken hold, and not a moment before.
      if (this.#held.size > 0 || this.#isPowerOnly !== undefined) return await start(this.signal);
      const key = JSON.stringify([caller, String(path), params]);
      return await this.#shared.reads.read(key, { signal: this.signal, start });
    } catch (error) {
      throw await this.#explained(error);
    }
  }

  async #change<T>(verb: Exclude<Verb, "GET">, path: ApiPath, params?: unknown): Promise<T> {
    const given: Params = { ...params as Params };
    this.#touched.noteRequest(String(path), given);
    if (this.#call.dryRun) {
      const body = Object.keys(given).length > 0 ? { body: redactedParams(given) } : {};
      this.plan.requests.push({ method: verb, path: String(path), ...body });
      await noteQuorum(this);
      return DRY_RUN_UPID as T;
    }
    const sharing = this.#steps > 0 ? undefined : this.#call.sharing;
    await sharing?.begin(this);
    let task: SharedTask | undefined;
    try {
      await this.#touched.announce();
      this.#isPowerOnly ??= true;
      const data = await this.#send(verb, path, given);
      if (isUpid(data)) task = { upid: data, subject: this.#subject, vmids: this.vmids };
      return data as T;
    } finally {
      await sharing?.began(task);
    }
  }

  async #send(verb: Exclude<Verb, "GET">, path: ApiPath, params: Params): Promise<unknown> {
    try {
      const { caller, signal } = this.#call;
      const { data } = await this.#shared.client.request(verb, path, { caller, params, signal });
      // A terminal's task stands beside what opens it.
      const upid = isRecord(data) ? data.upid : data;
      if (isUpid(upid)) this.#upid = upid;
      return data;
    } catch (error) {
      throw withoutSecrets(await this.#explained(error), params);
    } finally {
      if (!POWER.test(String(path))) this.#isPowerOnly = false;
      this.#forget();
    }
  }

  /** No reader that comes after a change is told what was read before it. */
  #forget(): void {
    this.#shared.reads.drop();
    if (this.#isPowerOnly) this.#shared.directory.dropStates();
    else this.#shared.directory.drop();
  }

  /** What only the cluster as a whole can tell about a failure. */
  #explained(error: unknown): Promise<unknown> {
    return explain(error, {
      advice: this.advice,
      nodes: async () => {
        const rows = await unlessAborted(this.#shared.directory.resources(), this.signal);
        return rows.filter((row) => row.type === "node").map((row) => row.node ?? "")
          .filter((name) => this.reach.everything || this.reach.sees(name)).sort();
      },
    });
  }
}

function isUpid(data: unknown): data is string {
  return typeof data === "string" && data.startsWith("UPID:");
}

function assertUpid(upid: unknown): asserts upid is string {
  if (isUpid(upid)) return;
  const state = "Proxmox accepted the change but named no task: its end is unknown";
  throw new AppError("unavailable", `${state}, look before trying again`);
}
