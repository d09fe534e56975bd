import { isUpid, PATIENCE_MS, type TaskState } from "../upstream/task_end.ts";
import { type ApiPath, apiPath, type Segments } from "../upstream/path.ts";
import type { Params, PbsClient } from "./api/client.ts";
import { doubted, garbled } from "./api/failures.ts";
import type { ArgumentsOf, DataOf, ParamsOf, PathWith } from "./api/types.ts";
import type { PlannedElsewhere } from "../proxmox/plan.ts";
import type { PbsCall } from "./call.ts";
import { PbsReader } from "./reader.ts";
import { waitPbsTask } from "./tasks.ts";

/** How long a task is waited for. */
export interface PbsWait {
  /** False returns at once. */
  readonly wait?: boolean;
  readonly timeoutMs?: number;
}

/** One backup server as one tool call sees it: bound to the call's deadline, its permit and its audit row. */
export class Pbs extends PbsReader {
  readonly #call: PbsCall;
  readonly #onChange: () => void;
  #concerned: readonly number[] = [];

  /** @param options.onChange told before and after each change: what is being read may be older */
  constructor(client: PbsClient, call: PbsCall, { onChange }: { onChange: () => void }) {
    const { caller, signal } = call;
    super(client, { caller, signal });
    this.#call = call;
    this.#onChange = onChange;
  }

  now(): Date {
    return this.#call.now();
  }

  sleep(ms: number): Promise<void> {
    return this.#call.sleep(ms);
  }

  /** Says which guests' backups the changes to come concern, besides those that a request names. */
  concerns(vmids: readonly number[]): void {
    this.#concerned = vmids;
  }

  /**
   * Asks what a prune of one group would do, which changes nothing and so is no change of the call's. The
   * answer is the server's own.
   */
  async simulatePrune(
    store: string,
    params: ParamsOf<"/admin/datastore/{store}/prune", "POST">,
  ): Promise<unknown> {
    const { caller, signal } = this.#call;
    const path = apiPath("/admin/datastore/{store}/prune", { store });
    const asked = { caller, signal, params: { ...params, "dry-run": true } };
    return (await this.client.request("POST", path, asked)).data;
  }

  post<P extends PathWith<"POST">>(
    path: P,
    ...args: ArgumentsOf<P, "POST">
  ): Promise<DataOf<P, "POST">> {
    return this.#change("POST", path, args) as Promise<DataOf<P, "POST">>;
  }

  put<P extends PathWith<"PUT">>(
    path: P,
    ...args: ArgumentsOf<P, "PUT">
  ): Promise<DataOf<P, "PUT">> {
    return this.#change("PUT", path, args) as Promise<DataOf<P, "PUT">>;
  }

  /** A call that was checked against the description which the server itself serves. */
  async call(method: "GET" | PlannedElsewhere["method"], path: ApiPath, params: Params) {
    const { caller, signal } = this.#call;
    if (method !== "GET") return await this.#send(method, path, params);
    return (await this.client.request("GET", path, { caller, params, signal })).data;
  }

  /**
   * Follows a task to its end, or returns at once when `wait` is false. While it runs longer than a caller has
   * patience its state is `running`, and the caller is told so.
   *
   * @throws AppError with the task's reason when it failed; `unavailable` for what is no task's id
   */
  async task(
    upid: unknown,
    { wait = true, timeoutMs = PATIENCE_MS }: PbsWait = {},
  ): Promise<TaskState> {
    if (!isUpid(upid)) throw doubted(garbled(this.client, "to a change is no task"));
    if (!wait || this.#call.dryRun) return { upid, status: "running", warnings: 0, log_tail: [] };
    const { label } = this;
    const state = await waitPbsTask(this, upid, {
      timeoutMs,
      patienceMs: this.#call.patienceMs,
      onPoll: (elapsed) =>
        this.#call.progress(`${label}: task runs since ${Math.round(elapsed / 1000)} s`),
    });
    if (state.status === "running") {
      this.#call.warn(`the task goes on at ${label}; do not start it again`);
    }
    return state;
  }

  #change(
    method: PlannedElsewhere["method"],
    template: string,
    args: readonly unknown[],
  ): Promise<unknown> {
    const [segments, given = {}] = args as [Segments?, Params?];
    return this.#send(method, apiPath(template, segments), { ...given });
  }

  #send(method: PlannedElsewhere["method"], path: ApiPath, params: Params): Promise<unknown> {
    const { caller, signal } = this.#call;
    const request = {
      method,
      path: `${this.server}:${path}`,
      params,
      vmids: [...vmidsOf(params), ...this.#concerned],
    };
    return this.#call.elsewhere(request, async () => {
      this.#onChange();
      try {
        const { data } = await this.client.request(method, path, { caller, params, signal });
        return data;
      } finally {
        this.#onChange();
      }
    });
  }
}

/** The guest whose backups a request names; a host's are no guest's. */
function vmidsOf(params: Params): number[] {
  const { "backup-type": type, "backup-id": id } = params;
  const isGuest = (type === "vm" || type === "ct") && /^[1-9]\d{2,8}$/.test(String(id));
  return isGuest ? [Number(id)] : [];
}
