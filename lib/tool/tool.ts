import * as z from "zod";
import type { AuditTrail } from "../audit/trail.ts";
import type { Scope } from "../auth/scope.ts";
import type { Rehearsals } from "../database/rehearsals.ts";
import type { History } from "../database/history.ts";
import type { CallsBackupServers } from "../pbs/call.ts";
import type { Pve } from "../proxmox/pve.ts";
import type { SecretFiles } from "./secret_files.ts";
import type { OtherClusters } from "./other_clusters.ts";
import type { PlanDesk } from "./plans.ts";
import type { ToolDirectory } from "./directory.ts";
import type { Toolset } from "./toolsets.ts";

/** MCP's four hints about a tool; all are stated, none is left to a client's default. */
export interface Hints {
  readonly readOnlyHint: boolean;
  readonly destructiveHint: boolean;
  readonly idempotentHint: boolean;
  readonly openWorldHint: boolean;
}

/** A Proxmox path (with `{node}`, `{vmid}`, `{storage}`, `{pool}`) and the privileges of which one is needed there. */
export type Privilege = readonly [path: string, ...anyOf: string[]];

/** A privilege that only some calls need. */
export interface ConditionalPrivilege<Input> {
  readonly privilege: Privilege;
  /** For documents: `with iso_name`, `for a running VM`. */
  readonly when: string;
  /** True when a call with this input needs it. */
  readonly if: (input: Input) => boolean;
}

/**
 * What a tool's answer is about. A token that is limited to some guests or nodes may only call tools
 * that touch or list `guest`s or `node`s, which are checked and filtered one by one.
 */
export type Subject = "guest" | "node" | "cluster";

/** What the config must say for tools that are off by itself: keys of its `tools`, and sections. */
export type Switch = "container_exec" | "secrets_dir" | "backup_servers";

/** What a person is shown who is asked about a call. */
export interface About {
  /** A line each: what it is, how it stands, what would be lost. */
  readonly lines: readonly string[];
  /** Is another one when what was shown is not the same thing any more. */
  readonly version: string;
}

/** What a tool works with besides its input. */
export interface ToolContext {
  readonly pve: Pve;
  /** The backup servers of the config, bound to this call as `pve` is. */
  readonly pbs: CallsBackupServers;
  /** Facts about this server that the health tool tells. */
  readonly server: { readonly version: string; readonly startedAt: Date };
  /** The calls that were made, newest first. */
  readonly audit: Pick<AuditTrail, "list">;
  /** Who calls. */
  readonly caller: { readonly user: string; readonly tokenName: string };
  /** Backups that were restored to be tried. */
  readonly rehearsals: Rehearsals;
  /**
   * Begins work that goes on when the call is answered, with a Proxmox of its own; undefined while other
   * work of this kind is under way, on whichever instance.
   */
  readonly background: <T>(
    kind: string,
    work: (pve: Pve, clusters: OtherClusters) => Promise<T>,
  ) => Promise<{ readonly done: Promise<T> } | undefined>;
  /** The clusters besides the call's own, for what concerns two. */
  readonly clusters: OtherClusters;
  /** True where the config names several clusters, each of which is asked. */
  readonly isOneOfSeveral: boolean;
  /** How many clusters the call is about, this one included. */
  readonly clustersAsked: number;
  /** How things were; null where the database keeps none of it. */
  readonly history: History | null;
  /** The changes that wait for somebody's approval. */
  readonly plans: PlanDesk;
  /** True when the configuration switches on what is off by itself. */
  readonly isOn: (name: Switch) => boolean;
  /** Where a secret goes that nobody is told; null where the configuration names no folder. */
  readonly secrets: SecretFiles | null;
  /** What else the caller may call. */
  readonly tools: ToolDirectory;
}

export interface ToolSpec<I extends z.ZodObject, O extends z.ZodObject> {
  /** snake_case, `<verb>_<noun>`; also the file's name. */
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly scope: Scope;
  /** Where it is found: the one it belongs to first, then `core` if most work needs it; or `core` alone. */
  readonly toolsets: readonly [Toolset, ...Toolset[]];
  /** Listed only where a tool that its caller may call is not, by whichever choice of toolsets. */
  readonly leadsToOthers?: true;
  readonly hints: Hints;
  readonly subject: Subject;
  /** Without which the tool is not offered. */
  readonly switchedOnBy?: Switch;
  /** Fields of the input, all of them optional, that are taken only where the config names backup servers. */
  readonly withBackupServers?: readonly (keyof z.output<I> & string)[];
  /** How many clusters its caller must be able to reach; default: 1. */
  readonly clustersNeeded?: number;
  /** What every call needs. */
  readonly privileges: readonly Privilege[];
  /** What calls need on a backup server, at paths of its own (with `{store}`). */
  readonly backupPrivileges?: readonly Privilege[];
  /** What a call needs besides, by its input. */
  readonly conditionalPrivileges?: readonly ConditionalPrivilege<z.output<I>>[];
  /**
   * What a call covers that names no cluster, where there are several: the one that what it names is in, each
   * by itself, any because all answer alike, or none because it is about none. Default: lists cover all
   * together, other tools one.
   */
  readonly across?: "one" | "each" | "any" | "none";
  /** The field of the output that is paged, where that has several lists of rows. */
  readonly rows?: keyof z.output<O> & string;
  /** Strict, every field described. */
  readonly input: I;
  readonly output: O;
  /** Fields of the output that are handed on byte for byte: contents that the caller asked for. */
  readonly verbatim?: readonly (keyof z.output<O> & string)[];
  /** A PNG of what is answered, for who asks for one. */
  picture?(input: z.output<I>, output: z.output<O>): Uint8Array<ArrayBuffer> | undefined;
  /** What a call does, as the infinitive that follows "Cannot": `start VM 101`. */
  action(input: z.output<I>): string;
  /** What a person must know besides the arguments before saying yes; it only reads. */
  about?(input: z.output<I>, context: ToolContext): Promise<About>;
  /** The call that is made in place of this one. */
  standsFor?(input: z.output<I>): { readonly tool: string; readonly arguments: unknown };
  run(input: z.output<I>, context: ToolContext): Promise<z.input<O>>;
}

/** A tool as the pipeline handles it, whatever its types. */
// deno-lint-ignore no-explicit-any -- input and output are tied together inside defineTool only
export type AnyTool = ToolSpec<any, any>;

/** Declares a tool; its types hold `run` to its schemas. */
export function defineTool<I extends z.ZodObject, O extends z.ZodObject>(
  spec: ToolSpec<I, O>,
): ToolSpec<I, O> {
  return spec;
}

/** Reads only, the same answer when asked again. */
export const READS: Hints = {
  readOnlyHint: true,
  destructiveHint: false,
  idempotentHint: true,
  openWorldHint: false,
};

/** Changes something, loses nothing. */
export const CHANGES: Hints = {
  readOnlyHint: false,
  destructiveHint: false,
  idempotentHint: false,
  openWorldHint: false,
};

/** Destroys or discards something that cannot be had back. */
export const DESTROYS: Hints = {
  readOnlyHint: false,
  destructiveHint: true,
  idempotentHint: false,
  openWorldHint: false,
};
