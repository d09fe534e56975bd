/** A key that stands twice in one object, of which `JSON.parse` silently takes the last. */
export interface Twice {
  /** `clusters.dc2`. */
  readonly path: string;
  /** Of the second, counted from 1. */
  readonly line: number;
}

interface Open {
  /** The keys so far; null in a list. */
  readonly keys: Set<string> | null;
  readonly path: string;
}

/** A string, or what opens and closes; whether a string is a key tells the colon behind it. */
const TOKEN = /("(?:[^"\\]|\\.)*")(\s*:)?|[[\]{}]/g;

/** The first key that stands twice in the same object of a JSON text that is valid. */
export function keyTwice(text: string): Twice | null {
  const open: Open[] = [];
  let last = "";
  for (const { 0: token, 1: string, 2: colon, index } of text.matchAll(TOKEN)) {
    const at = open.at(-1);
    if (token === "}" || token === "]") open.pop();
    else if (string === undefined) {
      open.push({
        keys: token === "{" ? new Set() : null,
        path: at?.keys === null ? at.path : last,
      });
    } else if (colon !== undefined && at !== undefined && at.keys !== null) {
      const key: string = JSON.parse(string);
      const path = at.path === "" ? key : `${at.path}.${key}`;
      if (at.keys.has(key)) return { path, line: text.slice(0, index).split("\n").length };
      at.keys.add(key);
      last = path;
    }
  }
  return null;
}
