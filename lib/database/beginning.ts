import type { Value } from "./database.ts";

/** What only one may begin, and what may be written in the same commit, only where it has begun. */
export interface Beginning {
  /** Begins it by itself; false when another has begun it. */
  alone(): Promise<boolean>;
  /** How a transaction that writes more begins it; absent where it is kept in no table. */
  readonly statement?: BeginningStatement;
}

export interface BeginningStatement {
  /** Gives a row when it has begun. */
  readonly text: string;
  readonly params: readonly Value[];
  /** Those that stand in a parameter as the text of a JSON array of `row`s; gives a row for each that has begun. */
  readonly together: (parameter: string) => string;
  readonly row: { readonly key: string } & Readonly<Record<string, string | number>>;
}
