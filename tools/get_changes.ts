import * as z from "zod";
import type { AuditTrail } from "../lib/audit/trail.ts";
import type { StoredAuditRow } from "../lib/audit/row.ts";
import { AppError } from "../lib/errors.ts";
import { compact, time } from "../lib/proxmox/api/values.ts";
import { clip, newestFirst } from "../lib/proxmox/clip.ts";
import { warned } from "../lib/proxmox/cluster/nodes.ts";
import { isRunning, type TaskEntry, taskVmid } from "../lib/proxmox/cluster/task_list.ts";
import { tasksWithin } from "../lib/proxmox/cluster/task_reach.ts";
import { readTasks } from "../lib/proxmox/cluster/tasks_read.ts";
import { readChanges, type SeenChange } from "../lib/proxmox/history/changes.ts";
import { OBJECTS } from "../lib/proxmox/history/content.ts";
import { paginate } from "../lib/proxmox/list.ts";
import type { Pve } from "../lib/proxmox/pve.ts";
import { guestReference, paged, paging } from "../lib/tool/fields.ts";
import { differenceRow, toldDifference } from "../lib/tool/history_rows.ts";
import { moment, momentOf } from "../lib/tool/moments.ts";
import { defineTool, READS } from "../lib/tool/tool.ts";

const MOST_CALLS = 500;
const MOST_DIFFERENCES = 50;
/** Tasks that leave the configuration as it is. */
const HARMLESS =
  /^(?:vzdump|vnc\w*|spice\w*|term\w*|(?:qm|vz|ha)(?:start|stop|shutdown|reboot|reset|suspend|resume)|startall|stopall|srv\w*|apt\w*)$/;

const entry = z.object({
  time: z.string(),
  kind: z.enum(["difference", "task", "call"]),
  about: z.string(),
  vmid: z.int(),
  what: z.string().describe("changed, came, went; the task's type; the tool"),
  after: z.string().describe("when a difference was not there yet"),
  by: z.array(z.string()).describe("of a difference: what was done meanwhile"),
  differences: z.array(differenceRow),
  user: z.string(),
  task: z.string().describe("that a call began"),
  status: z.string(),
  upid: z.string(),
  arguments: z.string(),
  audit_seq: z.int(),
}).partial();

export default defineTool({
  name: "get_changes",
  title: "What changed",
  description:
    "Tells what changed and who did it, newest first: differences seen by hourly looks at guests, storages, " +
    "firewall, HA and permissions, Proxmox's tasks, and calls of this server.",
  scope: "admin",
  toolsets: ["cluster", "core"],
  hints: READS,
  subject: "guest",
  privileges: [],
  conditionalPrivileges: [{
    privilege: ["/nodes/{node}", "Sys.Audit"],
    when: "to see others' tasks",
    if: () => true,
  }],
  input: z.strictObject({
    vmid: guestReference.optional().describe("Also one that is gone"),
    since: moment.default("24h"),
    until: moment.optional(),
    ...paging,
  }),
  output: z.object({ changes: z.array(entry), ...paged }),
  action: ({ vmid }) => `tell what changed${vmid === undefined ? "" : ` in guest ${vmid}`}`,
  run: async (input, { pve, audit, history, isOneOfSeveral }) => {
    const vmid = await pve.vmidOf(input.vmid);
    const since = momentOf("since", input.since, pve.now());
    const until = momentOf("until", input.until, pve.now()) ?? pve.now();
    if (since >= until) throw new AppError("invalid", "since must be before until");
    const period = { vmid, since, until };
    const nothing = { changes: [], warnings: ["this database keeps no history and no calls"] };
    const [seen, tasks, calls] = await Promise.all([
      history === null ? nothing : readChanges(pve, history, period),
      tasksIn(pve, period),
      history === null ? [] : callsIn(pve, audit, period),
    ]);
    const done = joined(tasks.tasks, calls);
    const entries = [...seen.changes.map((change) => differenceEntry(change, done)), ...done];
    const { items, ...page } = paginate(entries, ({ key }) => key, input);
    const cut = calls.length < MOST_CALLS ? [] : [`only the newest ${MOST_CALLS} calls count`];
    const none = entries.length === 0 && history !== null && !isOneOfSeveral
      ? [
        `nothing is known since ${
          since.toISOString().slice(0, 16)
        }Z: since may be earlier, as in 30d`,
      ]
      : [];
    return {
      changes: items.map(({ told }) => told),
      ...page,
      ...warned([...seen.warnings, ...tasks.warnings, ...cut, ...none]),
    };
  },
});

interface Period {
  readonly vmid: number | undefined;
  readonly since: Date;
  readonly until: Date;
}

interface Entry {
  /** Sorts newest first. */
  readonly key: string;
  readonly told: z.input<typeof entry>;
  /** What was done to a guest, and from when to when, if that can have changed something. */
  readonly deed?: Deed;
}

interface Deed {
  readonly vmids: readonly number[];
  readonly from: Date;
  readonly to: Date;
  readonly text: string;
  /** It was a task, which leaves the firewall as it is. */
  readonly isTask: boolean;
}

async function tasksIn(pve: Pve, { vmid, since, until }: Period) {
  const { tasks, warnings } = await readTasks(pve, undefined, {
    source: "all",
    vmid,
    since: Math.floor(since.getTime() / 1000),
    until: Math.ceil(until.getTime() / 1000),
  });
  return { tasks: tasks.filter(await tasksWithin(pve)), warnings };
}

/** The calls that set out to change something; each of their guests must be within the token's limits. */
async function callsIn(
  pve: Pve,
  audit: Pick<AuditTrail, "list">,
  { vmid, since, until }: Period,
): Promise<StoredAuditRow[]> {
  const of = vmid === undefined ? {} : { vmid };
  const rows = await audit.list({ ...of, since, until, changes: true, limit: MOST_CALLS });
  if (pve.reach.everything) return rows;
  const includes = await pve.includes();
  return rows.filter(({ vmids }) => vmids.length > 0 && vmids.every((each) => includes(each, "")));
}

/** Tasks and calls; a task that a call began is told with it. */
function joined(tasks: readonly TaskEntry[], calls: readonly StoredAuditRow[]): Entry[] {
  const begun = new Map(tasks.map((task) => [task.upid, task]));
  const ours = new Set(calls.map(({ upid }) => upid));
  return [
    ...calls.map((row) => callEntry(row, begun.get(row.upid))),
    ...tasks.filter(({ upid }) => !ours.has(upid)).map(taskEntry),
  ];
}

function callEntry(row: StoredAuditRow, task: TaskEntry | undefined): Entry {
  const { seq, time, user, tool, outcome, vmids, durationMs } = row;
  const [vmid, ...others] = vmids;
  const to = task?.ended === undefined ? time : new Date(task.ended * 1000);
  return {
    key: keyOf(time, `call ${String(1e15 - seq)}`),
    told: compact({
      time: time.toISOString(),
      kind: "call" as const,
      about: vmids.length === 0 ? undefined : `guest ${vmids.join(", ")}`,
      vmid: others.length === 0 ? vmid : undefined,
      what: tool,
      user,
      task: task?.type,
      status: task === undefined ? [outcome, row.error].filter(Boolean).join(": ") : statusOf(task),
      upid: row.upid || undefined,
      arguments: clip(row.arguments, 300) || undefined,
      audit_seq: seq,
    }),
    ...(HARMLESS.test(task?.type ?? "") ? {} : {
      deed: {
        vmids,
        from: new Date(time.getTime() - durationMs),
        to: to > time ? to : time,
        text: `${user}: ${tool}`,
        isTask: task !== undefined,
      },
    }),
  };
}

function taskEntry(task: TaskEntry): Entry {
  const { upid, type = "", id, user, started = 0, ended } = task;
  const vmid = taskVmid(id);
  const from = new Date(started * 1000);
  const deed = { from, to: ended === undefined ? from : new Date(ended * 1000) };
  return {
    key: keyOf(from, `task ${upid}`),
    told: compact({
      time: time(started),
      kind: "task" as const,
      about: vmid === undefined ? id : `guest ${vmid}`,
      vmid,
      what: type,
      user,
      status: statusOf(task),
      upid,
    }),
    ...(vmid === undefined || HARMLESS.test(type)
      ? {}
      : { deed: { ...deed, vmids: [vmid], text: `${user}: ${type}`, isTask: true } }),
  };
}

function differenceEntry(change: SeenChange, done: readonly Entry[]): Entry {
  const { about, vmid, seen, after, what, differences } = change;
  const isOfConfig = change.object === OBJECTS.guest(vmid ?? 0);
  const by = done.flatMap(({ deed }) => deed ?? [])
    .filter(({ vmids, isTask }) => vmids.includes(vmid ?? 0) && (isOfConfig || !isTask))
    .filter(({ from, to }) => from <= seen && to >= after)
    .map(({ text }) => text);
  const more = differences.length - MOST_DIFFERENCES;
  return {
    key: keyOf(seen, `difference ${change.object}`),
    told: compact({
      time: seen.toISOString(),
      kind: "difference" as const,
      about: more > 0 ? `${about}; ${more} more differences` : about,
      vmid,
      what,
      after: after.toISOString(),
      by: by.length === 0 ? undefined : [...new Set(by)].slice(0, 20),
      differences: differences.length === 0 ? undefined : differences.slice(0, MOST_DIFFERENCES)
        .map((difference) => toldDifference(difference, 300)),
    }),
  };
}

function statusOf(task: TaskEntry): string {
  return isRunning(task) ? "running" : clip(task.status ?? "unknown");
}

function keyOf(at: Date, rest: string): string {
  return `${newestFirst(Math.floor(at.getTime() / 1000))} ${rest}`;
}
