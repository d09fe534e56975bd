import type { Scope } from "../../lib/auth/scope.ts";
import type { AnyTool } from "../../lib/tool/tool.ts";
import type { Site } from "../site.ts";

export type Arguments = Readonly<Record<string, unknown>>;

/** Other arguments, or another state, in which the tool must refuse and send no change. */
export interface Refusal {
  readonly args: Arguments;
  readonly code: string;
  readonly text: RegExp;
  readonly prepare?: (site: Site) => unknown;
}

/** Other arguments, which need other privileges. */
export interface Variant {
  readonly args: Arguments;
  readonly prepare?: (site: Site) => unknown;
}

/** What must hold for a tool, besides what must hold for every tool. */
export interface ToolCase {
  /** A function where they name what `prepare` has made. */
  readonly args: Arguments | ((site: Site) => Arguments);
  readonly prepare?: (site: Site) => unknown;
  /** The scope of a caller who may do it, where that is not the tool's own. */
  readonly scope?: Scope;
  /** Checks the answer, and that the cluster is as it should be now. */
  // deno-lint-ignore no-explicit-any -- each case knows the shape it asks for
  readonly works: (value: any, site: Site) => unknown;
  readonly refuses?: readonly Refusal[];
  /** Arguments for which everything is as it should be already. */
  readonly unchanged?: readonly Arguments[];
  readonly variants?: readonly Variant[];
  /** The request that Proxmox refuses or fails in the standard checks; null where none is needed. */
  readonly request: readonly [method: string, path: RegExp] | null;
  /** The tool answers with a warning or note that tells what failed, and what it has got. */
  readonly partial?: true;
  /** Why a vmid that no guest has is no error. */
  readonly goneGuests?: string;
  /** What `works` asks for beyond what the tool declares, and why it is not declared. */
  readonly undeclared?: { readonly privileges: readonly string[]; readonly reason: string };
}

/** The arguments for a plan of the change: of a tool that stands for another, the other's. */
export function inDryRun(tool: AnyTool, args: Arguments): Arguments {
  if (tool.standsFor === undefined) return { ...args, dry_run: true };
  return { ...args, arguments: { ...Object(args.arguments), dry_run: true } };
}
