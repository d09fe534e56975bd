import { aborted } from "../abort.ts";
import { digestOf } from "../audit/digest.ts";
import type { Principal } from "../auth/principal.ts";
import type { Beginning } from "../database/beginning.ts";
import type { RunningChange, RunningChanges } from "../database/running_changes.ts";
import { AppError } from "../errors.ts";
import type { Pve } from "../proxmox/pve.ts";
import { Joined, type SharedTask, type Sharing } from "../proxmox/sharing.ts";
import { isTaskRunning, type TaskReader } from "../proxmox/tasks.ts";

/** Longer than a request to Proxmox takes: whoever began a change by then has died over it. */
const BEGUN_MS = 120_000;
const KEPT_MS = 24 * 60 * 60 * 1000;
const POLL_MS = 200;

type Input = Readonly<Record<string, unknown>>;
type Output = Record<string, unknown>;

/** Identical changes of one caller, on all instances: while one's task runs, the others follow it. */
export class IdenticalChanges {
  readonly #running: RunningChanges;
  readonly #now: () => Date;
  /** Those of this process whose task is not known yet. */
  readonly #underWay = new Map<string, Promise<SharedTask | undefined>>();

  constructor(running: RunningChanges, { now }: { now: () => Date }) {
    this.#running = running;
    this.#now = now;
  }

  /** The change that a call makes; undefined for a call that begins no task of its own. */
  of(
    { limits, tokenId, user }: Principal,
    { cluster, tool, input }: {
      readonly cluster?: string | undefined;
      readonly tool: string;
      readonly input: Input;
    },
  ): IdenticalChange | undefined {
    if (!("wait" in input)) return undefined;
    // How long a caller waits makes it no other change.
    const { wait: _, timeout_seconds: __, ...asked } = input;
    return new IdenticalChange({
      key: digestOf([
        ...[tokenId, user, limits, tool, asked],
        ...(cluster === undefined ? [] : [cluster]),
      ]),
      running: this.#running,
      underWay: this.#underWay,
      now: this.#now,
    });
  }

  async sweep(): Promise<void> {
    await this.#running.sweep();
  }
}

/** One call's part in a change that others may make too. */
class IdenticalChange implements Sharing {
  readonly #key: string;
  readonly #holder = crypto.randomUUID();
  readonly #running: RunningChanges;
  readonly #underWay: Map<string, Promise<SharedTask | undefined>>;
  readonly #now: () => Date;
  #release: (task?: SharedTask) => void = () => {};

  constructor({ key, running, underWay, now }: {
    key: string;
    running: RunningChanges;
    underWay: Map<string, Promise<SharedTask | undefined>>;
    now: () => Date;
  }) {
    this.#key = key;
    this.#running = running;
    this.#underWay = underWay;
    this.#now = now;
  }

  /** True while the task of an identical call runs. */
  async isUnderWay(reader: TaskReader): Promise<boolean> {
    return await this.#task(reader) !== undefined;
  }

  /** Follows the task of an identical call, or makes the change where there is none. */
  async run(pve: Pve, input: Input, change: () => Promise<Output>): Promise<Output> {
    // Also when it has ended since: this call was there before it began.
    const begun = await this.#takeTurn(pve.signal);
    try {
      const task = begun ?? await this.#task(pve);
      return task ? await follow(pve, input, task) : await change();
    } catch (error) {
      const task = await this.#taskBehind(error, pve);
      if (task === undefined) throw error;
      return await follow(pve, input, task);
    } finally {
      this.#release();
    }
  }

  async begin(
    reader: TaskReader & { readonly patienceMs: number },
    announce: (beginning: Beginning) => Promise<boolean>,
  ): Promise<void> {
    while (!await this.#announced(announce)) {
      const task = await this.#task(reader);
      if (task) throw new Joined(task);
      if (reader.patienceMs === 0) {
        const state = "an identical change was begun, and its task is not known yet";
        throw new AppError("conflict", `${state}: look before trying again`);
      }
      await reader.sleep(POLL_MS);
    }
  }

  async began(task: SharedTask | undefined): Promise<void> {
    if (task === undefined) return await this.#forget();
    const { upid, ...told } = task;
    // Nobody begins the same before this is kept, so nobody waits for it; and what others are told of a
    // change that is made makes it no failure.
    this.#running.keep(this.#key, {
      holder: this.#holder,
      upid,
      told: JSON.stringify(told),
      expires: this.#in(KEPT_MS),
    }).catch(() => {});
    this.#release(task);
  }

  letOthers(): void {
    this.#release();
  }

  ended(): void {
    // Should it stay: whoever finds it asks Proxmox whether the task runs.
    void this.#forget({ soon: true });
  }

  async #forget(options?: { soon: boolean }): Promise<void> {
    await this.#running.end(this.#key, this.#holder, options).catch(() => {});
  }

  async #announced(announce: (beginning: Beginning) => Promise<boolean>): Promise<boolean> {
    const begun = { holder: this.#holder, expires: this.#in(BEGUN_MS) };
    try {
      return await announce(this.#running.beginning(this.#key, begun));
    } catch (error) {
      await this.#forget();
      throw error;
    }
  }

  /** Waits while an identical call of this process is on its way to Proxmox; gives the task that it began. */
  async #takeTurn(signal: AbortSignal): Promise<SharedTask | undefined> {
    for (let other = this.#underWay.get(this.#key); other; other = this.#underWay.get(this.#key)) {
      const task = await Promise.race([other, aborted(signal)]);
      if (task || signal.aborted) return task ?? undefined;
    }
    const { promise, resolve } = Promise.withResolvers<SharedTask | undefined>();
    this.#underWay.set(this.#key, promise);
    this.#release = (task) => {
      if (this.#underWay.get(this.#key) === promise) this.#underWay.delete(this.#key);
      resolve(task);
    };
    return undefined;
  }

  /** The task of an identical call that still runs. */
  async #task(reader: TaskReader): Promise<SharedTask | undefined> {
    const change = await this.#running.find(this.#key);
    if (change === undefined || change.upid === null) return undefined;
    if (await isTaskRunning(reader, change.upid)) return taskOf(change, change.upid);
    await this.#running.end(this.#key, change.holder);
    return undefined;
  }

  /** The task that stood in a call's way: a guest that is backed up is locked, also against the same again. */
  async #taskBehind(error: unknown, pve: Pve): Promise<SharedTask | undefined> {
    if (error instanceof Joined) return error.task;
    const stopped = error instanceof AppError && error.code === "conflict";
    if (!stopped || pve.upid !== undefined) return undefined;
    return await this.#task(pve).catch(() => undefined);
  }

  #in(ms: number): Date {
    return new Date(this.#now().getTime() + ms);
  }
}

async function follow(pve: Pve, input: Input, task: SharedTask): Promise<Output> {
  const { wait, timeout_seconds: seconds } = input;
  pve.join(task);
  pve.warn("an identical call began this task: nothing was sent for this one");
  const state = await pve.task(task.upid, {
    wait: wait !== false,
    ...(typeof seconds === "number" ? { timeout_seconds: seconds } : {}),
  });
  return { joined: true, ...task.subject, ...state };
}

function taskOf({ told }: RunningChange, upid: string): SharedTask {
  return { ...JSON.parse(told) as Omit<SharedTask, "upid">, upid };
}
