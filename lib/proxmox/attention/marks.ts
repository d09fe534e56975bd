import { type Resource, restingState } from "../api/values.ts";
import { type TaskEntry, taskVmid } from "../cluster/task_list.ts";

/** Tasks that change nothing of what is kept: how guests run, and who looks at a screen. */
const QUIET = /^(?:qm|vz|ha)(?:start|stop|shutdown|reboot|reset|suspend|resume)$|^vnc|^spice/;

/**
 * What lists tell of things without asking for each: as long as a thing's mark is the same, so is most likely
 * what was read of it.
 */
export class Marks {
  readonly #rows: ReadonlyMap<unknown, Resource>;
  readonly #tasksOf: ReadonlyMap<number | undefined, readonly TaskEntry[]>;
  readonly #tasks: readonly TaskEntry[];

  /** @param options.tasks of the whole cluster, as far as they can be seen */
  constructor(
    { resources, tasks }: { resources: readonly Resource[]; tasks: readonly TaskEntry[] },
  ) {
    this.#rows = new Map(resources.map((row) => [row.vmid, row]));
    this.#tasks = tasks;
    this.#tasksOf = Map.groupBy(tasks, ({ id }) => taskVmid(id));
  }

  /** Changes with the guest's entry in the list, but for its use, and with every task of it. */
  ofGuest(vmid: number): string {
    const row = this.#rows.get(vmid);
    return JSON.stringify([row && restingState(row), moments(this.#tasksOf.get(vmid) ?? [])]);
  }

  /** Changes with every task of the node that is no single guest's. */
  ofNode(node: string): string {
    return moments(
      (this.#tasksOf.get(undefined) ?? []).filter((task) => task.node === node),
    );
  }

  /** Changes with every task of the node. */
  ofTasks(node: string): string {
    return moments(this.#tasks.filter((task) => task.node === node));
  }

  /** Changes with every task that may make or remove a volume. */
  get ofVolumes(): string {
    return moments(this.#tasks.filter(({ type = "" }) => !QUIET.test(type)));
  }
}

function moments(tasks: readonly TaskEntry[]): string {
  const newest = (times: readonly (number | undefined)[]) =>
    times.reduce<number>((most, time = 0) => Math.max(most, time), 0);
  return `${newest(tasks.map(({ started }) => started))} ${
    newest(tasks.map(({ ended }) => ended))
  }`;
}
