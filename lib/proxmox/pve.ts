import { AppError } from "../errors.ts";
import type { ApiDescription } from "./apidoc/description.ts";
import type { ApiDescriptions } from "./apidoc/descriptions.ts";
import { abortFailure, unlessAborted } from "./api/abort.ts";
import type { Answer, Client, Params } from "./api/client.ts";
import {
  assertMeant,
  type Guest,
  type GuestDirectory,
  type GuestLocks,
  guestOf,
  type GuestType,
} from "./guest/directory.ts";
import { type ApiPath, path } from "./api/path.ts";
import { noteQuorum } from "./cluster/quorum.ts";
import { type TaskState, waitTask } from "./tasks.ts";
import { concealed, type Plan, type Reach, withoutSecrets } from "./plan.ts";
import type { Resource } from "./api/values.ts";

/** The parts that all calls share. */
export interface PveShared {
  readonly client: Client;
  readonly directory: GuestDirectory;
  readonly locks: GuestLocks;
  readonly descriptions: ApiDescriptions;
  readonly now: () => Date;
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
}

export interface PveCall {
  readonly signal: AbortSignal;
  readonly reach: Reach;
  readonly dryRun: boolean;
  /** What the call does, for messages: `start VM 101`. */
  readonly action: string;
  readonly progress: (message: string, done?: { progress: number; total?: number }) => void;
}

const DRY_RUN_UPID = "UPID:dry-run";
const DEFAULT_WAIT_SECONDS = 300;

/**
 * Proxmox as one tool call sees it: bound to the call's deadline, to what the token may touch, and
 * in a dry run to sending nothing that changes anything.
 */
export class Pve {
  readonly plan: Plan = { requests: [], checks: [], changes: {} };
  readonly #shared: PveShared;
  readonly #call: PveCall;
  readonly #releases: (() => void)[] = [];
  #upid: string | undefined;

  constructor(shared: PveShared, call: PveCall) {
    this.#shared = shared;
    this.#call = call;
  }

  /** The last UPID that Proxmox gave in this call, for the audit. */
  get upid(): string | undefined {
    return this.#upid;
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

  sleep(ms: number): Promise<void> {
    return this.#shared.sleep(ms, this.#call.signal).catch(() => {
      throw abortFailure(this.#call.signal, false);
    });
  }

  /** Reads; T is what Proxmox is believed to send, so treat every field as possibly absent. */
  async get<T>(path: ApiPath, params?: Params): Promise<T> {
    const { data } = await this.page(path, params);
    if (data === null) throw new AppError("unavailable", `Proxmox's answer to ${path} is empty`);
    return data as T;
  }

  /** Reads a list; anything else than a list becomes an error, never an empty list. */
  async list<T>(path: ApiPath, params?: Params): Promise<T[]> {
    const data = await this.get<T[]>(path, params);
    if (Array.isArray(data)) return data;
    throw new AppError("unavailable", `Proxmox's answer to ${path} is not a list`);
  }

  page(path: ApiPath, params?: Params): Promise<Answer> {
    const options = { ...(params ? { params } : {}), signal: this.signal };
    return this.#shared.client.request("GET", path, options);
  }

  post<T = string>(path: ApiPath, params?: Params): Promise<T> {
    return this.#change("POST", path, params);
  }

  put<T = null>(path: ApiPath, params?: Params): Promise<T> {
    return this.#change("PUT", path, params);
  }

  delete<T = string>(path: ApiPath, params?: Params): Promise<T> {
    return this.#change("DELETE", path, params);
  }

  /** The API as this Proxmox describes it, which always fits its version. */
  async apiDescription(): Promise<ApiDescription> {
    const { version, repoid } = await this.get<Record<string, unknown>>(path`/version`);
    return this.#shared.descriptions.get(`${version} ${repoid}`);
  }

  /**
   * The guest with this id or unique name, if the token may touch it.
   *
   * @param options.type refuses guests of the other type, naming the right kind of tool
   * @throws AppError `not_found`, `conflict` for a name that fits several guests or the wrong type
   */
  async find(
    given: { vmid: number | string; node?: string | undefined },
    options: { type?: GuestType } = {},
  ): Promise<Guest> {
    const guest = await unlessAborted(this.#shared.directory.find(given.vmid), this.signal);
    if (!this.#call.reach.guest(guest)) {
      throw new AppError("forbidden", `the token's limits do not include ${given.vmid}`);
    }
    assertMeant(guest, { ...given, ...options });
    return guest;
  }

  /** Like `find`, and holds the guest against other changes until the call is over. */
  async claim(
    given: { vmid: number | string; node?: string | undefined },
    options: { type?: GuestType } = {},
  ): Promise<Guest> {
    const guest = await this.find(given, options);
    if (this.#call.dryRun) return guest;
    await this.hold(guest.vmid);
    // The change that was waited for may have moved or deleted it.
    return await this.find({ ...given, vmid: guest.vmid }, options);
  }

  /** Holds a vmid against other changes until the call is over. */
  async hold(vmid: number): Promise<void> {
    const { action, signal } = this.#call;
    this.#releases.push(await this.#shared.locks.acquire(vmid, action, signal));
  }

  /** True when the token's limits include the guest, which need not exist (any more). */
  reaches(guest: Pick<Guest, "vmid" | "node" | "pool" | "tags">): boolean {
    return this.#call.reach.guest(guest);
  }

  /** Refuses a guest-to-be that the token's limits do not include. */
  assertGuest(guest: Pick<Guest, "vmid" | "node" | "pool" | "tags">): void {
    if (this.#call.reach.guest(guest)) return;
    throw new AppError("forbidden", `the token's limits do not include guest ${guest.vmid} there`);
  }

  /** Refuses a node that the token's limits do not include; returns it. */
  node(name: string): string {
    if (this.#call.reach.node(name)) return name;
    throw new AppError("forbidden", `the token's limits do not include node ${name}`);
  }

  /** Refuses what concerns the whole cluster to a token that is limited to some of it. */
  assertUnlimited(): void {
    if (this.#call.reach.everything) return;
    throw new AppError("forbidden", "the token's limits do not include the whole cluster");
  }

  /** Everything in the cluster that the token may see, in one request. */
  async resources({ fresh = true } = {}): Promise<Resource[]> {
    const { reach, signal } = this.#call;
    const rows = await unlessAborted(this.#shared.directory.resources({ fresh }), signal);
    if (reach.everything) return rows;
    return rows.filter((row) => {
      const guest = guestOf(row);
      return guest ? reach.guest(guest) : row.node !== undefined && reach.sees(row.node);
    });
  }

  /** Requires a precondition; a dry run notes it and goes on. */
  check(check: string, ok: boolean, detail: string): void {
    this.plan.checks.push({ check, ok, ...(ok ? {} : { detail }) });
    if (!ok && !this.#call.dryRun) throw new AppError("conflict", detail);
  }

  progress(message: string, done?: { progress: number; total?: number }): void {
    this.#call.progress(message, done);
  }

  /**
   * Follows a task to its end, or returns at once when `wait` is false.
   *
   * @param options.timeout_seconds default 300
   */
  task(
    upid: unknown,
    options: { wait?: boolean | undefined; timeout_seconds?: number | undefined } = {},
  ): Promise<TaskState> {
    const started: TaskState = { upid: String(upid), status: "running", warnings: 0, log_tail: [] };
    if (this.#call.dryRun || options.wait === false) return Promise.resolve(started);
    if (typeof upid !== "string" || !upid.startsWith("UPID:")) {
      throw new AppError("unavailable", "Proxmox accepted the change but named no task");
    }
    const timeoutMs = (options.timeout_seconds ?? DEFAULT_WAIT_SECONDS) * 1000;
    return waitTask(this, upid, {
      timeoutMs,
      onPoll: (elapsedMs) =>
        this.progress(`${this.#call.action}: task runs`, {
          progress: Math.round(elapsedMs / 1000),
          total: timeoutMs / 1000,
        }),
    }).finally(() => this.#shared.directory.drop());
  }

  /** Ends the call: other changes may go on. */
  release(): void {
    for (const release of this.#releases.splice(0)) release();
  }

  async #change<T>(method: "POST" | "PUT" | "DELETE", path: ApiPath, params?: Params): Promise<T> {
    if (this.#call.dryRun) {
      const body = params ? { body: concealed(params) } : {};
      this.plan.requests.push({ method, path: String(path), ...body });
      await noteQuorum(this);
      return DRY_RUN_UPID as T;
    }
    try {
      const { data } = await this.#shared.client.request(method, path, {
        ...(params ? { params } : {}),
        signal: this.#call.signal,
      });
      if (typeof data === "string" && data.startsWith("UPID:")) this.#upid = data;
      return data as T;
    } catch (error) {
      throw withoutSecrets(error, params ?? {});
    } finally {
      this.#shared.directory.drop();
    }
  }
}
