import type { CallToolResult } from "@modelcontextprotocol/server";
import { shownLine } from "../../log/shown.ts";
import { TTL_MS } from "./task_ids.ts";

/** What every answer about a task tells. */
export interface TaskFacts {
  readonly taskId: string;
  readonly statusMessage: string;
  readonly createdAt: string;
  readonly lastUpdatedAt: string;
  readonly ttlMs: number;
  readonly pollIntervalMs: number;
}

/** What a tool answers in place of its result; the SDK wants content in it. */
export type CreatedTask = CallToolResult & TaskFacts & { resultType: "task"; status: "working" };

/** How a task stands, with the answer of the call that began it once there is one. */
export type TaskStanding =
  & TaskFacts
  & ({ readonly status: "working" | "cancelled" } | {
    readonly status: "completed";
    readonly result: CallToolResult;
  });

const SOONEST_MS = 1_000;
const LATEST_MS = 15_000;
const LONGEST_MESSAGE = 500;

/** The facts of a task at this time; `message` is a line of its log, or what stands for that. */
export function taskFacts(
  { taskId, created, now, message }: {
    taskId: string;
    created: number;
    now: number;
    message: string;
  },
): TaskFacts {
  // What has lasted long is not over in a moment.
  const pause = Math.round((now - created) / 10);
  return {
    taskId,
    statusMessage: shownLine(message).slice(0, LONGEST_MESSAGE),
    createdAt: new Date(created).toISOString(),
    lastUpdatedAt: new Date(now).toISOString(),
    ttlMs: TTL_MS,
    pollIntervalMs: Math.min(Math.max(pause, SOONEST_MS), LATEST_MS),
  };
}

/** The last line of a task's log that says something. */
export function lastLine(lines: unknown): string | undefined {
  const texts = Array.isArray(lines) ? lines.map(String) : [];
  return texts.findLast((line) => line.trim() !== "" && line !== "no content");
}
