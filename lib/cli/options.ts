import { InvalidArgumentError, type Option } from "commander";
import { AppError } from "../errors.ts";
import { didYouMean } from "../nearest.ts";
import { readDuration as parseDuration, readTime as parseTime } from "../times.ts";
import { missingToolset, TOOLSETS } from "../tool/toolsets.ts";

type Reader<T> = (text: string) => T;

/** A reader that takes nothing but a few words. */
export interface WordReader<T extends string> extends Reader<T> {
  readonly words: readonly T[];
}

/** A whole number within bounds. */
export function wholeNumber(min: number, max: number): Reader<number> {
  return (text) => {
    const value = /^\d+$/.test(text) ? Number(text) : NaN;
    if (value >= min && value <= max) return value;
    throw new InvalidArgumentError(`It must be a whole number from ${min} to ${max}`);
  };
}

/** A line of some words. */
export function shortText(max: number): Reader<string> {
  return (text) => {
    const line = text.trim();
    if (line !== "" && [...line].length <= max && !/\p{Cc}/u.test(line)) return line;
    throw new InvalidArgumentError(`It must have 1 to ${max} characters`);
  };
}

/** One of a few words; a near miss is told. */
export function oneOf<const T extends string>(words: readonly T[]): WordReader<T> {
  const read = (text: string): T => {
    const found = words.find((word) => word === text);
    if (found !== undefined) return found;
    const hint = didYouMean(text, words);
    throw new InvalidArgumentError(`It must be one of ${words.join(", ")}${hint}`);
  };
  return Object.assign(read, { words });
}

/** The same for an option that may be repeated and may hold several words between commas. */
export function someOf<const T extends string>(words: readonly T[]) {
  const read = oneOf(words);
  const readAll = (text: string, before: readonly T[] | undefined): T[] => [
    ...before ?? [],
    ...list(text, undefined).map(read),
  ];
  return Object.assign(readAll, { words });
}

/** The words that an option takes; none when it takes any text. */
export function wordsOf(option: Option): readonly string[] {
  const read: unknown = option.parseArg;
  return typeof read === "function" && "words" in read ? read.words as string[] : [];
}

/** An option that may be repeated and may hold several values between commas. */
export function list(text: string, before: readonly string[] | undefined): string[] {
  const values = text.split(",").map((value) => value.trim());
  if (values.some((value) => value === "")) {
    throw new InvalidArgumentError("It holds an empty name");
  }
  return [...(before ?? []), ...values];
}

/** The same for toolsets. */
export const toolsets = Object.assign(readToolsets, { words: TOOLSETS });

function readToolsets(text: string, before: readonly string[] | undefined): string[] {
  const names = list(text, before);
  const problem = missingToolset(names);
  if (problem === null) return names;
  throw new InvalidArgumentError(problem);
}

/** A date (`2026-07-28`, midnight UTC) or a time with its zone (`2026-07-28T12:00:00Z`). */
export const readTime: Reader<Date> = (text) => {
  const time = parseTime(text);
  if (time !== undefined) return time;
  throw new InvalidArgumentError("It must be a date such as 2026-07-28 or 2026-07-28T12:00:00Z");
};

/** `90m`, `24h`, `14d` in milliseconds. */
export const readDuration: Reader<number> = (text) => {
  const duration = parseDuration(text);
  if (duration !== undefined) return duration;
  throw new InvalidArgumentError("It must be a time such as 12h or 14d");
};

/** Wraps a reader that refuses with AppError. */
export function reader<T>(read: Reader<T>): Reader<T> {
  return (text) => {
    try {
      return read(text);
    } catch (error) {
      throw error instanceof AppError ? new InvalidArgumentError(error.message) : error;
    }
  };
}
