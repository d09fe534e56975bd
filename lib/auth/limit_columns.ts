import type { Row } from "../database/database.ts";
import { formatVmidRanges, parseVmidRanges, type TokenLimits, type VmidRange } from "./limits.ts";

/** How one kind of limit stands in its column of `proxmox_mcp_token_limits`; null is no limit. */
interface LimitColumn<T> {
  readonly column: string;
  readonly write: (limit: T) => string | null;
  readonly read: (text: string | null) => T;
}

type Names = readonly string[] | null;

const COLUMNS: { readonly [Kind in keyof TokenLimits]: LimitColumn<TokenLimits[Kind]> } = {
  pools: namesIn("pools"),
  tags: namesIn("tags"),
  vmids: {
    column: "vmids",
    write: (ranges) => ranges === null ? null : formatVmidRanges(ranges),
    read: (text) => listOf(text)?.flatMap(readableRanges) ?? null,
  },
  nodes: namesIn("nodes"),
  toolsAllow: namesIn("tools_allow"),
  toolsDeny: {
    column: "tools_deny",
    write: (names) => names.length === 0 ? null : names.join(","),
    read: (text) => listOf(text) ?? [],
  },
  needsApproval: {
    column: "needs_approval",
    write: (needs) => needs ? "yes" : null,
    read: (text) => text !== null,
  },
  toolsets: namesIn("toolsets"),
  clusters: namesIn("clusters"),
};

const KINDS = Object.keys(COLUMNS) as (keyof TokenLimits)[];

/** The columns of `proxmox_mcp_token_limits` beside the token's id. */
export const LIMIT_COLUMNS: readonly string[] = KINDS.map((kind) => COLUMNS[kind].column);

/** A token's limits in the order of `LIMIT_COLUMNS`. */
export function limitValues(limits: TokenLimits): (string | null)[] {
  return KINDS.map((kind) => write(limits, kind));
}

/** Reads a row of the token query; null when the token has no limits. A column not asked for is none. */
export function limitsOf(row: Row): TokenLimits | null {
  if (row.limits_token_id === null || row.limits_token_id === undefined) return null;
  const limits = KINDS.map((kind) => {
    const { column, read } = COLUMNS[kind];
    const text = row[column] ?? null;
    return [kind, read(text === null ? null : String(text))];
  });
  return Object.fromEntries(limits);
}

function write<Kind extends keyof TokenLimits>(limits: TokenLimits, kind: Kind): string | null {
  return COLUMNS[kind].write(limits[kind]);
}

function namesIn(column: string): LimitColumn<Names> {
  return { column, write: (names) => names?.join(",") ?? null, read: listOf };
}

/** Anything but null limits, and an empty text to nothing. */
function listOf(text: string | null): string[] | null {
  if (text === null) return null;
  return text.split(",").map((item) => item.trim()).filter((item) => item !== "");
}

/** An entry that cannot be read reaches no guest. */
function readableRanges(entry: string): VmidRange[] {
  try {
    return parseVmidRanges(entry);
  } catch {
    return [];
  }
}
