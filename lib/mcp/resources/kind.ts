import type { Resource } from "../../proxmox/api/values.ts";
import type { ToolName } from "../tools.ts";

/** What stands for a variable of an address: `{ node: "pve1" }`. */
export type Values = Readonly<Record<string, string>>;

/** A kind of resource. What one of them holds is what a tool answers: there is no other way to it. */
export interface ResourceKind {
  /** An address with variables: `pve://nodes/{node}`. */
  readonly template: string;
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly tool: ToolName;
  /** What the tool is asked. */
  readonly input: (values: Values) => Record<string, unknown>;
  /** The part of the tool's answer that it is, where it is not the whole; undefined when it is not there. */
  readonly part?: (
    answer: Readonly<Record<string, unknown>>,
    values: Values,
  ) => Readonly<Record<string, unknown>> | undefined;
  /** Whether a row of the cluster's list tells of a change in it; absent for what no row tells of. */
  readonly concerns?: (row: Resource, values: Values) => boolean;
}
