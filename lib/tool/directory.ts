import type { Scope } from "../auth/scope.ts";
import type { Hints } from "./tool.ts";
import type { Toolset } from "./toolsets.ts";

/** What a caller is told of a tool. */
export interface ToolEntry {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  /** What a caller needs here, which the configuration may have changed. */
  readonly scope: Scope;
  readonly toolsets: readonly Toolset[];
  readonly hints: Hints;
  /** The names of its arguments, with a question mark those that may be left out. */
  readonly takes: readonly string[];
}

/** The same with the schemas of what it takes and what it answers. */
export interface ToolDetails extends ToolEntry {
  readonly inputSchema: Readonly<Record<string, unknown>>;
  readonly outputSchema: Readonly<Record<string, unknown>>;
}

/** The tools that one caller may call, whether they are listed or not. */
export interface ToolDirectory {
  /** All of them, sorted by name, but for those that only lead to them. */
  callable(): Promise<readonly ToolEntry[]>;
  /** Those that he could call if the configuration offered them. */
  switchedOff(): readonly ToolEntry[];
  /** Throws what a call of the tool would: AppError `invalid` for none, `forbidden` for one out of reach. */
  find(name: string): ToolDetails;
}
