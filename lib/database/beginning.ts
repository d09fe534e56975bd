import type { Value } from "./database.ts";
import type { Halts } from "./halts.ts";

/** What only one may begin, and what may be written in the same commit, only where it has begun. */
export interface Beginning {
  /** Begins it by itself; false when another has begun it. */
  alone(): Promise<boolean>;
  /** How a transaction that writes more begins it; absent where it is kept in no table. */
  readonly statement?: BeginningStatement;
}

/** On what terms something is written: not at all where they do not hold. */
export interface Terms {
  /** Begun in the same commit; it does not hold when another has begun it. */
  readonly beginning?: Beginning | undefined;
  /** They hold up what is written while a halt is in force; absent for what no halt holds up. */
  readonly halts?: Pick<Halts, "find"> | undefined;
}

export interface BeginningStatement {
  /** Gives a row when it has begun. */
  readonly text: string;
  readonly params: readonly Value[];
  /** Those that stand in a parameter as the text of a JSON array of `row`s; gives a row for each that has begun. */
  readonly together: (parameter: string) => string;
  readonly row: { readonly key: string } & Readonly<Record<string, string | number>>;
}
