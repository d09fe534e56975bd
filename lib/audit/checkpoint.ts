import type { Row } from "../database/database.ts";
import { textOf } from "../database/values.ts";
import { type AuditPrune, type AuditRow, EMPTY_ROW } from "./row.ts";

/** The `tool` of a row that signs for removed ones, and its `door`: no request comes through it. */
const TOOL = "audit_prune";
const DOOR = "checkpoint";

/** What a checkpoint signs for: every row up to `through`, whose hash was `hash`. */
export interface Checkpoint {
  readonly through: number;
  readonly hash: string;
}

/** The row that takes the place of removed ones. */
export function checkpointRow(
  { before, by, at }: AuditPrune,
  signed: Checkpoint & { readonly first: number; readonly rows: number },
): AuditRow {
  const { first, through, rows, hash } = signed;
  return {
    ...EMPTY_ROW,
    time: at,
    user: by,
    door: DOOR,
    tool: TOOL,
    arguments: JSON.stringify({ before, first, through, rows, hash }),
  };
}

/** The row from which on a key signs. */
export function keyRow({ by, at, keyId }: { by: string; at: Date; keyId: string }): AuditRow {
  return {
    ...EMPTY_ROW,
    time: at,
    user: by,
    door: DOOR,
    tool: "audit_key",
    arguments: JSON.stringify({ key_id: keyId }),
  };
}

/** Reads what a row signs for; null when it is no checkpoint. */
export function checkpointOf(row: Row): Checkpoint | null {
  if (row.tool !== TOOL || row.door !== DOOR) return null;
  try {
    const { through, hash } = JSON.parse(textOf(row.arguments));
    return typeof through === "number" && typeof hash === "string" ? { through, hash } : null;
  } catch {
    return null;
  }
}
