import { AppError } from "../errors.ts";
import type { PveCall } from "./pve_parts.ts";
import { isUpid, requireSuccess, type TaskReader, type TaskState, waitTask } from "./tasks.ts";

/** How long to follow a task. */
export interface Patience {
  readonly wait?: boolean | undefined;
  /** Default 300. */
  readonly timeout_seconds?: number | undefined;
  /** True where the answer needs the end: a caller cannot follow the task in the call's place. */
  readonly mustSeeEnd?: boolean;
}

interface Parts {
  readonly reader: TaskReader & { readonly patienceMs: number };
  readonly call: Pick<PveCall, "action" | "detaches" | "dryRun" | "progress" | "sharing">;
  /** True for the task that is the call's whole change. */
  readonly isWhole: (upid: string) => boolean;
  readonly explained: (error: unknown) => Promise<unknown>;
  /** Told whenever a task was followed, to whatever end. */
  readonly forget: () => void;
  readonly warn: (warning: string) => void;
}

const DEFAULT_WAIT_SECONDS = 300;

/** How one call follows the tasks that it began: no longer than its caller has patience. */
export class Following {
  readonly #parts: Parts;
  #hasDetached = false;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** True when a task runs on that is left to the caller, who would have waited for it. */
  get hasDetached(): boolean {
    return this.#hasDetached;
  }

  /** The state of the task at its end or, with a warning, when the caller's patience is over. */
  async task(upid: unknown, patience: Patience): Promise<TaskState> {
    const { call, isWhole, reader } = this.#parts;
    const started: TaskState = { upid: String(upid), status: "running", warnings: 0, log_tail: [] };
    if (call.dryRun) return started;
    assertUpid(upid);
    if (patience.wait === false) return started;
    const detaches = call.detaches === true && !patience.mustSeeEnd && isWhole(upid);
    const patienceMs = detaches ? 0 : reader.patienceMs;
    const state = await this.#follow(upid, { ...patience, patienceMs });
    if (state.status === "stopped") call.sharing?.ended();
    else if (detaches) this.#hasDetached = true;
    else this.warnRunning();
    return state;
  }

  /** Tells the caller how to go on with a task that was not waited for any longer. */
  warnRunning(): void {
    const { reader, warn } = this.#parts;
    warn(`still running: the task goes on, do not start it again; ${reader.advice.wait}`);
  }

  /**
   * The state of a task that has ended well.
   *
   * @throws AppError as `task` does for one that has failed
   */
  async ended(state: TaskState): Promise<TaskState> {
    this.#parts.forget();
    try {
      return requireSuccess(state);
    } catch (error) {
      throw await this.#parts.explained(error);
    }
  }

  /** @throws AppError `timeout` also when the caller's patience is over */
  async finished(upid: unknown, { timeout_seconds }: Patience): Promise<void> {
    const { call, reader } = this.#parts;
    if (call.dryRun) return;
    assertUpid(upid);
    const seconds = Math.min(timeout_seconds ?? DEFAULT_WAIT_SECONDS, reader.patienceMs / 1000);
    await this.#follow(upid, { timeout_seconds: seconds, patienceMs: Infinity });
  }

  async #follow(
    upid: string,
    { timeout_seconds, patienceMs }: Patience & { patienceMs: number },
  ): Promise<TaskState> {
    const { call, reader, explained, forget } = this.#parts;
    const timeoutMs = (timeout_seconds ?? DEFAULT_WAIT_SECONDS) * 1000;
    const total = Math.min(timeoutMs, patienceMs) / 1000;
    try {
      return await waitTask(reader, upid, {
        timeoutMs,
        patienceMs,
        onPoll: (elapsedMs) => {
          // Who does not wait is told nothing on the way.
          if (total === 0) return;
          const progress = Math.round(elapsedMs / 1000);
          call.progress(`${call.action}: task runs`, { progress, total });
        },
      });
    } catch (error) {
      throw await explained(error);
    } finally {
      forget();
    }
  }
}

function assertUpid(upid: unknown): asserts upid is string {
  if (isUpid(upid)) return;
  const state = "Proxmox accepted the change but named no task: its end is unknown";
  throw new AppError("unavailable", `${state}, look before trying again`);
}
