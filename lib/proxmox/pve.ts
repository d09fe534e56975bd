import { AppError } from "../errors.ts";
import { type Advice, explain } from "./advice.ts";
import { abortFailure, unlessAborted } from "../upstream/abort.ts";
import type { Params } from "./api/client.ts";
import { type ApiPath, apiPath } from "../upstream/path.ts";
import type { KeyedPath } from "./api/rows.ts";
import type {
  ArgumentsOf,
  DataOf,
  ItemPath,
  PathWith,
  RowOf,
  SegmentsOf,
  Verb,
} from "./api/types.ts";
import type { Resource } from "./api/values.ts";
import type { Socket } from "./api/websocket.ts";
import type { ApiDescription } from "./apidoc/description.ts";
import { type ChangeRequest, Changing } from "./changing.ts";
import { marked } from "./mark.ts";
import { noteQuorum } from "./cluster/quorum.ts";
import { Following, type Patience } from "./following.ts";
import type { Guest, GuestType } from "./guest/directory.ts";
import { Holds } from "./holds.ts";
import { KeptReader } from "./kept_reader.ts";
import { type Plan, type PlannedElsewhere, type Reach, redactedParams } from "./plan.ts";
import type { Grants } from "./privileges.ts";
import type { PveCall, PveShared } from "./pve_parts.ts";
import { Reading } from "./reading.ts";
import type { SharedTask, Subject } from "./sharing.ts";
import { type GivenGuest, type GuestPlace, Sight } from "./sight.ts";
import { PATIENCE_MS, type TaskState } from "./tasks.ts";
import { Touched } from "./touched.ts";

const DRY_RUN_UPID = "UPID:dry-run";

/**
 * Proxmox as one tool call sees it: bound to the call's deadline, to what the token may touch, and
 * in a dry run to sending nothing that changes anything.
 */
export class Pve {
  readonly plan: Plan;
  readonly #shared: PveShared;
  readonly #call: PveCall;
  readonly #warnings = new Set<string>();
  readonly #touched: Touched;
  readonly #sight: Sight;
  readonly #holds: Holds;
  readonly #reading: Reading;
  readonly #changing: Changing;
  readonly #following: Following;
  readonly #patienceEnds: number;
  #oldest = Infinity;
  #subject: Subject | undefined;

  constructor(shared: PveShared, call: PveCall) {
    const touched = new Touched(call.announce);
    const warn = (warning: string) => this.warn(warning);
    const sight = new Sight({ shared, call, touched, warn });
    // What only the cluster as a whole can tell about a failure.
    const explained = (error: unknown) =>
      explain(error, { advice: shared.advice, nodes: () => sight.nodes() });
    const holds = new Holds({ shared, call, touched });
    const changing = new Changing({ shared, call, touched, explained });
    // What a change rests on is read after it has taken hold, and not a moment before.
    const readsAlone = () => holds.any || changing.hasBegun;
    this.plan = call.joins?.plan ?? { requests: [], checks: [], changes: {} };
    this.#shared = shared;
    this.#call = call;
    this.#touched = touched;
    this.#sight = sight;
    this.#holds = holds;
    this.#changing = changing;
    const forget = () => changing.forget();
    this.#reading = new Reading({ shared, call, readsAlone, forget, explained, warn });
    const isWhole = (upid: string) => changing.whole === upid;
    this.#following = new Following({ reader: this, call, explained, forget, isWhole, warn });
    this.#patienceEnds = shared.now().getTime() + (call.patienceMs ?? PATIENCE_MS);
  }

  /** The last UPID that Proxmox gave in this call, for the audit. */
  get upid(): string | undefined {
    return this.#changing.upid;
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
    this.#changing.upid = upid;
    this.#changing.whole = upid;
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

  /** In whose name servers are asked: callers take turns there. */
  get caller(): string {
    return this.#call.caller;
  }

  /**
   * Sends a change to another server than the cluster's, as one of the call's own: permitted and announced
   * before it is sent, and in a dry run only planned.
   */
  async elsewhere(
    { method, path, params, vmids }: PlannedElsewhere,
    send: () => Promise<unknown>,
  ): Promise<unknown> {
    for (const vmid of vmids) this.#touched.note(vmid);
    if (!this.#call.dryRun) return await this.#changing.elsewhere(send);
    const body = Object.keys(params).length > 0 ? { body: redactedParams(params) } : {};
    this.plan.requests.push({ method, path, ...body });
    return DRY_RUN_UPID;
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
  lease(key: string, seconds: number): Promise<boolean> {
    return this.#holds.lease(key, seconds);
  }

  /** Leaves others without a lease of this call's until its time is over, not only until the call is. */
  keepLease(key: string): void {
    this.#holds.keepLease(key);
  }

  /** Reads an object. */
  async get<P extends ItemPath>(
    path: P,
    ...[segments, params]: ArgumentsOf<P, "GET">
  ): Promise<DataOf<P, "GET">> {
    return await this.#reading.object(apiPath(path, segments), params) as DataOf<P, "GET">;
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
    return await this.#reading.page(path, { at: apiPath(path, segments), params });
  }

  /**
   * Reads what is dear to read: who only reads may be told what was read some minutes ago, as long as the
   * mark is the same and nothing was changed here that it may be about.
   *
   * @param about.vmid the guest that it is about
   */
  keeping(about: { mark: string; vmid?: number }): KeptReader {
    const onKept = (askedAt: number) => this.#oldest = Math.min(this.#oldest, askedAt);
    return new KeptReader(this.#reading, { ...about, onKept, now: () => this.now() });
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

  post<P extends PathWith<"POST">>(
    path: P,
    ...[segments, params]: ArgumentsOf<P, "POST">
  ): Promise<DataOf<P, "POST">> {
    return this.#change({ verb: "POST", path: apiPath(path, segments), params });
  }

  put<P extends PathWith<"PUT">>(
    path: P,
    ...[segments, params]: ArgumentsOf<P, "PUT">
  ): Promise<DataOf<P, "PUT">> {
    return this.#change({ verb: "PUT", path: apiPath(path, segments), params });
  }

  delete<P extends PathWith<"DELETE">>(
    path: P,
    ...[segments, params]: ArgumentsOf<P, "DELETE">
  ): Promise<DataOf<P, "DELETE">> {
    return this.#change({ verb: "DELETE", path: apiPath(path, segments), params });
  }

  /** A call that was checked against the description which Proxmox itself serves. */
  async call(verb: Verb, path: ApiPath, params: Params): Promise<unknown> {
    this.#touched.noteRequest(String(path), params);
    if (verb === "GET") return (await this.#reading.read(path, params)).data;
    return await this.#change<unknown>({ verb, path, params });
  }

  /** Tells the caller, besides the answer, what is missing in it. */
  warn(warning: string): void {
    this.#warnings.add(warning);
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

  /** Like `find`, and holds the guest against other changes until the call is over. */
  async claim<T extends GuestType = GuestType>(
    given: GivenGuest,
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
  hold(vmid: number): Promise<void> {
    return this.#holds.hold(vmid);
  }

  /** Holds a vmid like `hold`, or tells that another call holds it now. */
  tryHold(vmid: number): Promise<boolean> {
    return this.#holds.tryHold(vmid);
  }

  /** Lets others have a vmid that this call holds. */
  letGo(vmid: number): void {
    this.#holds.letGo(vmid);
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
  step<T>(send: () => Promise<T>): Promise<T> {
    return this.#changing.step(send);
  }

  /**
   * Follows a task to its end, or returns at once when `wait` is false or the caller follows it. While it runs longer than a
   * caller has patience its state is `running`, and the caller is told how to go on.
   */
  task(upid: unknown, patience: Patience = {}): Promise<TaskState> {
    return this.#following.task(upid, patience);
  }

  /** True when the task that the call began is left to the caller, who would have waited for it. */
  get hasDetached(): boolean {
    return this.#following.hasDetached;
  }

  /** Tells the caller how to go on with a task that was not waited for any longer. */
  warnRunning(): void {
    this.#following.warnRunning();
  }

  /**
   * The state of a task that has ended well.
   *
   * @throws AppError as `task` does for one that has failed
   */
  ended(state: TaskState): Promise<TaskState> {
    return this.#following.ended(state);
  }

  /**
   * Follows a task without whose end the call cannot go on.
   *
   * @throws AppError `timeout` also when the caller's patience is over
   */
  finished(upid: unknown, patience: Patience = {}): Promise<void> {
    return this.#following.finished(upid, patience);
  }

  /** Makes durable that the guests which are known so far are about to be changed. */
  announce(): Promise<boolean> {
    return this.#touched.announce();
  }

  /** Ends the call: other changes may go on. */
  release(): void {
    this.#holds.release();
  }

  async #change<T>(
    { params: given, ...request }: Omit<ChangeRequest, "params"> & { params?: unknown },
  ): Promise<T> {
    const { verb, path } = request;
    const { mark } = this.#call;
    const plain: Params = { ...given as Params };
    const params = verb !== "POST" || mark === undefined || this.#shared.personal
      ? plain
      : marked(plain, { path: String(path), mark });
    this.#touched.noteRequest(String(path), params);
    if (!this.#call.dryRun) return await this.#changing.make({ ...request, params }, this) as T;
    const body = Object.keys(params).length > 0 ? { body: redactedParams(params) } : {};
    const { joins } = this.#call;
    const where = joins === undefined ? {} : { cluster: joins.cluster };
    this.plan.requests.push({ ...where, method: verb, path: String(path), ...body });
    await noteQuorum(this);
    return DRY_RUN_UPID as T;
  }
}
