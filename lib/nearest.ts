/** Comparing costs the product of both lengths, and nobody mistypes a name this long. */
const LONGEST_WORD = 100;
const SHORT_WORD = 4;
/** What as many words are equally near to is a guess. */
const MOST_MEANT = 3;

/**
 * The candidate that `word` was probably meant to be: at most a third of its letters (and at least two
 * edits, of a word of four letters or less one) away, counting a swap of neighbours as one edit. The
 * first of equals; null when none is near.
 */
export function nearest(word: string, candidates: readonly string[]): string | null {
  return allNearest(word, candidates)[0] ?? null;
}

/** The same with all that are equally near: `port` is as near to `sport` as to `dport`. */
export function allNearest(word: string, candidates: readonly string[]): string[] {
  if (word.length > LONGEST_WORD) return [];
  // Two edits make `node` of `name`.
  let least = word.length <= SHORT_WORD ? 1 : Math.max(2, Math.floor(word.length / 3));
  let best: string[] = [];
  for (const candidate of candidates) {
    if (Math.abs(word.length - candidate.length) > least || isOpposite(word, candidate)) continue;
    const distance = editDistance(word.toLowerCase(), candidate.toLowerCase());
    if (distance > least || distance >= candidate.length) continue;
    if (distance < least) best = [];
    least = distance;
    best.push(candidate);
  }
  return best;
}

/** A syllable in front makes another word of it: `restart` is no `start`, `disable` no `able`. */
function isOpposite(word: string, candidate: string): boolean {
  return word.length - candidate.length > 1 && word.endsWith(candidate);
}

/** The candidates of which a word of two letters or more is the beginning: `run` of `running`. */
export function begunBy(word: string, candidates: readonly string[]): string[] {
  const part = word.toLowerCase();
  if (part.length < 2) return [];
  return candidates.filter((candidate) => candidate.toLowerCase().startsWith(part));
}

/** The end of a message about a word that there is not: what was probably meant, else `otherwise`. */
export function didYouMean(word: string, candidates: readonly string[], otherwise = ""): string {
  const meant = allNearest(word, candidates);
  if (meant.length === 0 || meant.length > MOST_MEANT) return otherwise;
  return `: did you mean ${meant.join(" or ")}?`;
}

/** The same in brackets, of what is near; empty where nothing is. */
export function meantText(near: string | null | undefined): string {
  return near ? ` (did you mean ${near}?)` : "";
}

function editDistance(a: string, b: string): number {
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, index) => index)];
  const at = (row: number, column: number) => rows[row]?.[column] ?? Infinity;
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    rows.push(row);
    for (let j = 1; j <= b.length; j++) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1;
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      row.push(Math.min(
        at(i - 1, j) + 1,
        at(i, j - 1) + 1,
        at(i - 1, j - 1) + cost,
        swapped ? at(i - 2, j - 2) + 1 : Infinity,
      ));
    }
  }
  return at(a.length, b.length);
}
