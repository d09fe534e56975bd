import { AppError } from "../errors.ts";

/** The last row of the trail at some moment: who keeps it elsewhere can tell later what was taken away. */
export interface TrailHead {
  /** 0 for a trail without rows. */
  readonly seq: number;
  readonly hash: string;
}

/** `SEQ:HASH`, as `audit head` prints it. */
export function headText({ seq, hash }: TrailHead): string {
  return `${seq}:${hash}`;
}

/** Reads `SEQ:HASH`. Throws AppError `invalid`. */
export function parseHead(text: string): TrailHead {
  const [, seq, hash = ""] = /^(\d{1,15}):([0-9a-f]{64})$/.exec(text.trim()) ?? [];
  if (seq !== undefined) return { seq: Number(seq), hash };
  throw new AppError("invalid", "Cannot read the head: it is not SEQ:HASH, as `audit head` prints");
}
