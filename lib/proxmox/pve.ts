import { type ApiPath, apiPath } from "../upstream/path.ts";
import type { Params } from "./api/client.ts";
import type { ArgumentsOf, DataOf, PathWith, Verb } from "./api/types.ts";
import { type ChangeRequest, Changing } from "./changing.ts";
import type { Changed } from "./concerned.ts";
import { noteQuorum } from "./cluster/quorum.ts";
import { Following, type Patience } from "./following.ts";
import type { GivenGuest, Guest, GuestType } from "./guest/directory.ts";
import { Holds } from "./holds.ts";
import type { Plan, PlannedElsewhere } from "./plan.ts";
import { Planning } from "./planning.ts";
import type { PveCall, PveShared } from "./pve_parts.ts";
import { PveReads } from "./pve_reads.ts";
import { Reading, turnsOf } from "./reading.ts";
import type { SharedTask, Subject } from "./sharing.ts";
import { Sight } from "./sight.ts";
import { PATIENCE_MS, type TaskState } from "./tasks.ts";
import { Touched } from "./touched.ts";

/**
 * Proxmox as one tool call sees it: bound to the call's deadline, to what the token may touch, and
 * in a dry run to sending nothing that changes anything.
 */
export class Pve extends PveReads {
  readonly plan: Plan;
  readonly #call: PveCall;
  readonly #touched: Touched;
  readonly #holds: Holds;
  readonly #changing: Changing;
  readonly #following: Following;
  readonly #reading: Reading;
  readonly #planning: Planning;
  readonly #patienceEnds: number;

  constructor(shared: PveShared, call: PveCall) {
    const touched = new Touched(call.announce, call.permit);
    const planning = new Planning(call);
    const warnings = new Set<string>();
    const warn = (warning: string) => {
      warnings.add(warning);
      planning.foresee(warning);
    };
    const sight = new Sight({ shared, call, touched, warn });
    const explained = (error: unknown) => sight.explained(error);
    const holds = new Holds({ shared, call, touched });
    const changing = new Changing({ shared, call, touched, holds, planning, explained });
    // What a change rests on is read after it has taken hold, and not a moment before.
    const readsAlone = () => holds.any || changing.hasBegun;
    const forget = (changed?: Changed) => changing.forget(changed);
    const enter = turnsOf(call.readsAtOnce);
    const reading = new Reading({ shared, call, readsAlone, forget, explained, warn, enter });
    super({ shared, call, sight, reading, warnings, warn });
    this.#call = call;
    this.#touched = touched;
    this.#holds = holds;
    this.#changing = changing;
    this.#reading = reading;
    this.#planning = planning;
    this.plan = planning.plan;
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
    return this.#changing.subject;
  }

  /** Says which guest the answer tells of first, where that is not the one that was claimed. */
  about({ vmid, name, node, type, goes = false }: Subject): void {
    this.#changing.subject = { vmid, name, node, type, goes };
  }

  /** Takes over the task of an identical call, for the answer and the audit. */
  join(task: SharedTask): void {
    this.#changing.join(task);
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

  /** Sends a change to another server than the cluster's, as one of the call's own. */
  elsewhere(request: PlannedElsewhere, send: () => Promise<unknown>): Promise<unknown> {
    return this.#changing.elsewhere(request, send);
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
    if (verb !== "GET") return await this.#change<unknown>({ verb, path, params });
    this.#touched.noteRequest(String(path), params);
    return (await this.#reading.read(path, params)).data;
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

  /** Requires a precondition; a dry run notes it and goes on. */
  check(check: string, ok: boolean, detail: string): void {
    this.#planning.check(check, ok, detail);
  }

  /** Tells in a dry run's plan alone what else would come of the change; `warn` tells in both. */
  foresee(note: string): void {
    this.#planning.foresee(note);
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

  /** The state of a task that has ended well; rejects as `task` does for one that has failed. */
  ended(state: TaskState): Promise<TaskState> {
    return this.#following.ended(state);
  }

  /** Follows a task without whose end the call cannot go on: rejects also when the patience is over. */
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
    { params, ...request }: Omit<ChangeRequest, "params"> & { params?: unknown },
  ): Promise<T> {
    const data = await this.#changing.make({ ...request, params: { ...params as Params } }, this);
    if (this.#call.dryRun) await noteQuorum(this);
    return data as T;
  }
}
