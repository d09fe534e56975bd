import * as z from "zod";
import { AppError } from "../lib/errors.ts";
import { number, text } from "../lib/proxmox/api/values.ts";
import { clip } from "../lib/proxmox/clip.ts";
import { warned } from "../lib/proxmox/cluster/nodes.ts";
import type { Pve } from "../lib/proxmox/pve.ts";
import { nodeName } from "../lib/tool/fields.ts";
import { defineTool, READS } from "../lib/tool/tool.ts";

/** Lines that are looked through for a text. */
const SEARCHED = 2_000;
const DAY_SECONDS = 86_400;
/** What journalctl, and Proxmox, say where there is no line. */
const EMPTY: readonly string[] = ["-- No entries --", "no content"];
/** The first and the last line of the journal tell from where a reader goes on. */
const CURSOR = /^s=[0-9a-f]+;/;

const time = z.iso.datetime({ offset: true });

const input = z.strictObject({
  node: nodeName,
  service: z.string().regex(/^[a-zA-Z0-9][a-zA-Z0-9@:._\\-]{0,99}$/, "must be a systemd unit")
    .optional().describe("Only this unit's, such as pveproxy; default: the last day"),
  since: time.optional(),
  until: time.optional(),
  text: z.string().min(1).max(200).optional().describe(`Part of the line; of ${SEARCHED} lines`),
  limit: z.int().min(1).max(500).default(100),
});

type Input = z.output<typeof input>;

export default defineTool({
  name: "get_journal",
  title: "Journal",
  description: "Reads the newest lines of a node's system journal, by unit, time and text.",
  scope: "user",
  toolsets: ["cluster"],
  hints: READS,
  subject: "node",
  privileges: [["/nodes/{node}", "Sys.Syslog"]],
  conditionalPrivileges: [{
    privilege: ["/nodes/{node}", "Sys.Audit"],
    when: "with service or since",
    if: byWallTime,
  }],
  input,
  output: z.object({
    node: z.string(),
    lines: z.array(z.string()).describe("Oldest first, in the node's own time"),
    warnings: z.array(z.string()).optional(),
  }),
  action: ({ node }) => `read the journal of node ${node}`,
  run: async (input, { pve }) => {
    const node = pve.node(input.node);
    if (!pve.reach.node(node)) {
      throw new AppError("forbidden", `the token's limits do not include all that is on ${node}`);
    }
    const most = input.text === undefined ? input.limit : SEARCHED;
    const { lines, earlier } = byWallTime(input)
      ? await readByUnit(pve, input, most)
      : await readNewest(pve, input, most);
    const wanted = input.text?.toLowerCase() ?? "";
    const found = lines.filter((line) => line.toLowerCase().includes(wanted));
    const more = earlier || found.length > input.limit;
    const told = found.length === 0
      ? [`no line fits${earlier ? ` among the newest ${most}` : ""}`]
      : more
      ? ["there are earlier lines: narrow them with since and until, service or text"]
      : [];
    return { node, lines: found.slice(-input.limit).map((line) => clip(line)), ...warned(told) };
  },
});

/** Proxmox knows a unit or a beginning only by the node's wall clock. */
function byWallTime({ service, since }: Pick<Input, "service" | "since">): boolean {
  return (service ?? since) !== undefined;
}

interface Lines {
  readonly lines: string[];
  /** Whether there are some before the first one. */
  readonly earlier: boolean;
}

async function readNewest(pve: Pve, { node, until }: Input, most: number): Promise<Lines> {
  const params = {
    lastentries: most,
    until: until === undefined ? undefined : Math.floor(Date.parse(until) / 1000),
  };
  const data = await pve.value("/nodes/{node}/journal", { node }, params);
  const lines = (Array.isArray(data) ? data : []).filter((line) => typeof line === "string")
    .filter((line) => !CURSOR.test(line));
  return { lines: lines.slice(-most), earlier: lines.length >= most };
}

async function readByUnit(
  pve: Pve,
  { node, service, since, until }: Input,
  most: number,
): Promise<Lines> {
  const clock = await pve.get("/nodes/{node}/time", { node });
  const ahead = aheadOf(clock);
  const end = until === undefined ? pve.now() : new Date(until);
  const begin = since ?? end.getTime() - DAY_SECONDS * 1000;
  const range = {
    service,
    since: wallTime(new Date(begin), ahead),
    until: until === undefined ? undefined : wallTime(end, ahead),
  };
  const read = (part: { start: number; limit: number }) =>
    pve.page("/nodes/{node}/syslog", { node }, { ...range, ...part });
  // Only its length tells where the newest lines are.
  const { total = 0 } = await read({ start: 0, limit: 1 });
  const start = Math.max(0, total - most);
  const { rows } = await read({ start, limit: most });
  const lines = rows.map((row) => text(row.t) ?? "");
  const empty = total === 1 && EMPTY.includes(lines[0] ?? "");
  return { lines: empty ? [] : lines, earlier: start > 0 };
}

/** Seconds that the node's clock is ahead of UTC, which is less than a day in all time zones. */
function aheadOf({ localtime, time }: { localtime?: unknown; time?: unknown }): number {
  const ahead = (number(localtime) ?? NaN) - (number(time) ?? NaN);
  if (Math.abs(ahead) <= DAY_SECONDS) return ahead;
  throw new AppError("unavailable", "the node does not tell its time zone, which the range needs");
}

/** `2026-07-01 12:00:00`, as the node's clock shows it. */
function wallTime(at: Date, aheadSeconds: number): string {
  const shown = new Date(at.getTime() + aheadSeconds * 1000);
  return shown.toISOString().slice(0, 19).replace("T", " ");
}
