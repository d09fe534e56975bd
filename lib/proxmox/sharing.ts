import type { Beginning } from "../database/beginning.ts";
import type { Guest } from "./guest/directory.ts";
import type { TaskReader } from "./tasks.ts";

/** The guest that a change is about, also one that it makes. */
export interface Subject extends Pick<Guest, "vmid" | "node" | "type"> {
  readonly name?: string | undefined;
  /** True when the change deletes it. */
  readonly goes?: boolean;
}

/** A task that a call began, and what others are told of it. */
export interface SharedTask {
  readonly upid: string;
  readonly subject?: Subject | undefined;
  readonly vmids: readonly number[];
}

/** How identical calls come to one task. */
export interface Sharing {
  /**
   * Lets this call alone make its change.
   *
   * @param announce announces the change where it is begun with that; false where another call has begun it
   * @throws Joined when an identical call has made it and its task still runs
   */
  begin(
    reader: TaskReader & { readonly patienceMs: number },
    announce: (beginning: Beginning) => Promise<boolean>,
  ): Promise<void>;
  /** Lets identical calls go on that wait for this one: they see by themselves what it has begun. */
  letOthers(): void;
  /** Tells what became of what was begun; without a task it may be begun again. */
  began(task: SharedTask | undefined): Promise<void>;
  /** Tells that the task has ended. */
  ended(): void;
}

/** Takes a call out of its own change: the task of an identical one is what it is to follow. */
export class Joined extends Error {
  readonly task: SharedTask;

  constructor(task: SharedTask) {
    super("an identical change is under way");
    this.task = task;
  }
}
