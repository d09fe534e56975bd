import { AppError, oneLine } from "../errors.ts";
import { clip } from "./clip.ts";

const AT_ONCE = 8;

/** Runs `run` for every item, so many at a time, eight by default; results come in the order of the items. */
export async function forEachBounded<T, R>(
  items: readonly T[],
  run: (item: T) => Promise<R>,
  { atOnce = AT_ONCE }: { atOnce?: number } = {},
): Promise<R[]> {
  const results = new Array<R>(items.length);
  const queue = [...items.entries()];
  const work = async () => {
    for (let next = queue.shift(); next; next = queue.shift()) {
      results[next[0]] = await run(next[1]);
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, work));
  return results;
}

/**
 * Reads many parts at once. A part that fails becomes a warning that names it, so that the others
 * are still told and what is missing is known.
 */
export async function gather<T, R>(
  items: readonly T[],
  { name, read }: { name: (item: T) => string; read: (item: T) => Promise<R> },
): Promise<{ results: R[]; warnings: string[]; errors: AppError[] }> {
  const warnings: string[] = [];
  const errors: AppError[] = [];
  const parts = await forEachBounded(items, async (item) => {
    try {
      return [await read(item)];
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      errors.push(error);
      warnings.push(`${name(item)}: ${clip(oneLine(error.message))}`);
      return [];
    }
  });
  return { results: parts.flat(1) as R[], warnings: warnings.sort(), errors };
}
