import { clip } from "../proxmox/clip.ts";
import { compact, number, record, text, time } from "../proxmox/api/values.ts";
import type { RowOf } from "./api/types.ts";
import { fillingOf, growthOf } from "./growth.ts";

/** A datastore as far as the token may see it; sizes are bytes, times RFC 3339. */
export interface Datastore {
  readonly datastore: string;
  readonly comment?: string;
  /** `read-only`, `offline`, with the message that was given for it. */
  readonly maintenance?: string;
  /** Told of a removable one that is not there now, of which nothing else can be told. */
  readonly mounted?: false;
  /** Why nothing can be told of its use. */
  readonly error?: string;
  readonly total_bytes?: number;
  readonly used_bytes?: number;
  readonly available_bytes?: number;
  readonly growth_bytes_per_day?: number;
  readonly full?: "at" | "never" | "unknown";
  readonly full_at?: string;
  /** How often its data is stored fewer times than it is used: 20 is twenty times. */
  readonly deduplication?: number;
  /** How garbage collection ended last: `OK`, `WARNINGS: n`, an error, `running`, or `never`. */
  readonly gc_state?: string;
  readonly gc_last_at?: string;
  /** Not used any more and too young to be freed. */
  readonly gc_pending_bytes?: number;
  /** When it runs; `none` for never by itself. */
  readonly gc_schedule?: string;
  readonly gc_next_run?: string;
}

/** What of one server tells of its datastores; a list that could not be read is undefined. */
export interface DatastoreLists {
  readonly stores: readonly RowOf<"/admin/datastore">[] | undefined;
  readonly usage: readonly RowOf<"/status/datastore-usage">[] | undefined;
  readonly gc: readonly RowOf<"/admin/gc">[] | undefined;
}

/** All datastores that one of the lists tells of, by name. */
export function datastoresOf({ stores = [], usage = [], gc = [] }: DatastoreLists, now: Date) {
  const names = new Set(
    [...stores, ...usage, ...gc].map(({ store }) => text(store)).filter((name) =>
      name !== undefined
    ),
  );
  return [...names].sort().map((name): Datastore => {
    const named = <Row extends { store?: unknown }>(rows: readonly Row[]) =>
      rows.find(({ store }) => store === name);
    return {
      datastore: name,
      ...aboutStore(named(stores)),
      ...aboutUse(named(usage), now),
      ...aboutGarbage(named(gc)),
    };
  });
}

function aboutStore(row: RowOf<"/admin/datastore"> | undefined) {
  const comment = text(row?.comment);
  return compact({
    comment: comment === undefined ? undefined : clip(comment, 200),
    maintenance: maintenanceOf(text(row?.maintenance)),
    mounted: row?.["mount-status"] === "notmounted" ? false as const : undefined,
  });
}

/** `offline,message=…`, also with `type=` before its kind. */
function maintenanceOf(mode: string | undefined): string | undefined {
  return mode === undefined ? undefined : clip(mode.replace(/^type=/, ""), 200);
}

/** Sizes of zero mean that the token may not see them, not that it is empty (traps.txt). */
function aboutUse(row: RowOf<"/status/datastore-usage"> | undefined, now: Date) {
  const error = text(row?.error);
  if (error !== undefined) return { error: clip(error, 300) };
  const total = number(row?.total);
  if (row === undefined || !total) return {};
  const collected = record(row["gc-status"]);
  const [disk, index] = [number(collected["disk-bytes"]), number(collected["index-data-bytes"])];
  return compact({
    total_bytes: total,
    used_bytes: number(row.used),
    available_bytes: number(row.avail),
    growth_bytes_per_day: growthOf(row),
    ...fillingOf(row["estimated-full-date"], now),
    deduplication: disk && index ? Math.round(index / disk * 10) / 10 : undefined,
  });
}

function aboutGarbage(row: RowOf<"/admin/gc"> | undefined) {
  if (row === undefined) return {};
  const state = text(row["last-run-state"]);
  return compact({
    gc_state: state === undefined
      ? text(row.upid) === undefined ? "never" : "running"
      : clip(state, 200),
    gc_last_at: time(row["last-run-endtime"]),
    gc_pending_bytes: number(row["pending-bytes"]),
    gc_schedule: text(row.schedule) ?? "none",
    gc_next_run: time(row["next-run"]),
  });
}
