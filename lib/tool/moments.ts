import * as z from "zod";
import { AppError } from "../errors.ts";
import { readMoment } from "../times.ts";

/** A time, or how long ago. */
export const moment = z.string().max(40).describe("RFC 3339, or ago: 90m, 24h, 7d");

/**
 * The time that a field of this name gives.
 *
 * @throws AppError `invalid`
 */
export function momentOf<T extends string | undefined>(
  name: string,
  given: T,
  now: Date,
): Date | (T & undefined) {
  if (given === undefined) return given as T & undefined;
  const read = readMoment(given, now);
  if (read !== undefined) return read;
  throw new AppError(
    "invalid",
    `${name} must be a date, a time with its zone (2026-07-28T12:00:00Z), or how long ago (24h, 7d)`,
  );
}
