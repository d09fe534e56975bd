import { mayTouchAll, mayUseTool, type TokenLimits } from "../auth/limits.ts";
import { includesScope, type Scope } from "../auth/scope.ts";
import { oncePer } from "../once_per.ts";
import { isOffered, keyOf, scopeOf, type ToolPolicy } from "../tool/policy.ts";
import type { AnyTool, Switch } from "../tool/tool.ts";
import { isChosen, type ToolsetChoice } from "../tool/toolsets.ts";
import { visibleTo } from "./clusters/argument.ts";
import { describeTool, type ToolDescription } from "./description.ts";

/** A tool as `tools/list` tells it: what it answers may be left out. */
export type ListedTool =
  & Omit<ToolDescription, "outputSchema">
  & Partial<Pick<ToolDescription, "outputSchema">>;

/** What `tools/list` answers, and the same as JSON. */
export interface ToolList {
  readonly tools: readonly ListedTool[];
  readonly result: string;
}

/** Who asks, as far as the list of tools depends on it. */
export interface Viewer {
  readonly scope: Scope;
  readonly limits: TokenLimits | null;
}

/** The same for the list itself. */
export interface ListViewer extends Viewer {
  /** What the connection asks to be shown. */
  readonly toolsets: ToolsetChoice;
}

interface Kept {
  readonly callable: readonly AnyTool[];
  /** For connections that choose nothing. */
  readonly list: ToolList;
}

/** The tools that a server has, and which of them it offers to whom. */
export class Catalog {
  readonly #tools: ReadonlyMap<string, AnyTool>;
  #policy: ToolPolicy;
  /** By what Proxmox allows, and then by who asks: a new policy, or new grants, begin anew. */
  #lists = newLists();
  readonly #clusters: readonly string[];
  /** JSON Schemas are made once, when first asked for: making them per request costs most of it. */
  readonly #descriptions = oncePer((clusters: readonly string[]) => new Descriptions(clusters));
  readonly #visible = new Map<string, readonly string[]>();

  /** @param clusters the names of all clusters */
  constructor(tools: readonly AnyTool[], policy: ToolPolicy, clusters: readonly string[] = []) {
    this.#tools = new Map(tools.map((tool) => [tool.name, tool]));
    this.#policy = policy;
    this.#clusters = clusters;
  }

  /** True when there are several clusters. */
  get hasSeveral(): boolean {
    return this.#clusters.length > 1;
  }

  /** The clusters that a caller may name, always the same list for the same names; none where it is one. */
  clustersFor(limits: TokenLimits | null): readonly string[] {
    const names = visibleTo(this.#clusters, limits);
    const visible = names.length > 1 ? names : [];
    const key = JSON.stringify(visible);
    const known = this.#visible.get(key);
    if (known === undefined && this.#visible.size < MOST_LISTS) this.#visible.set(key, visible);
    return known ?? visible;
  }

  get(name: string): AnyTool | undefined {
    return this.#tools.get(name);
  }

  get names(): string[] {
    return [...this.#tools.keys()];
  }

  /** How many tools the configuration offers. */
  get size(): number {
    return this.#tools.values().filter((tool) => this.offers(tool)).toArray().length;
  }

  /** Replaces what the configuration allows; calls under way go on. */
  setPolicy(policy: ToolPolicy): void {
    this.#policy = policy;
    this.#lists = newLists();
  }

  /** True when the configuration offers the tool at all. */
  offers(tool: AnyTool): boolean {
    return isOffered(tool, this.#policy) && isWithin(tool, this.#clusters);
  }

  /** The key of the config without which the tool is off, where that is the reason. */
  lacks(tool: AnyTool): string | undefined {
    const { switchedOnBy: key } = tool;
    if (!isWithin(tool, this.#clusters)) return "clusters";
    return key === undefined || this.isOn(key) ? undefined : keyOf(key);
  }

  /** True when the configuration switches on what is off by itself. */
  isOn(name: Switch): boolean {
    return Boolean(this.#policy[name]);
  }

  /** The scope that a caller of the tool needs. */
  scopeOf(tool: AnyTool): Scope {
    return scopeOf(tool, this.#policy);
  }

  /** True when a caller may call the tool. */
  allows(tool: AnyTool, { scope, limits }: Viewer): boolean {
    return this.offers(tool) && isWithin(tool, this.clustersFor(limits)) &&
      includesScope(scope, this.scopeOf(tool)) && inReach(tool, limits);
  }

  /** The tools that a caller could call if the configuration offered them, sorted by name. */
  switchedOff({ scope, limits }: Viewer): readonly AnyTool[] {
    return [...this.#tools.values()].filter((tool) =>
      isWithin(tool, this.#clusters) && !this.offers(tool) &&
      includesScope(scope, this.scopeOf(tool)) && inReach(tool, limits)
    );
  }

  /** The whole tool in the words of MCP, for who has these limits. */
  describe(tool: AnyTool, limits: TokenLimits | null): ToolDescription {
    return this.#descriptions(this.clustersFor(limits)).whole(tool).tool;
  }

  /** Tells of names whether each is a tool that a caller may call; for `able` see `visibleTo`. */
  callable(viewer: Viewer, able: (tool: AnyTool) => boolean): (name: string) => boolean {
    return (name) => {
      const tool = this.#tools.get(name);
      return tool !== undefined && this.allows(tool, viewer) && able(tool);
    };
  }

  /**
   * The tools that a caller may call and is to be shown, sorted by name.
   *
   * @param able tells whether Proxmox would let the tool do anything at all; always the same for one function
   */
  visibleTo({ limits, scope, toolsets }: ListViewer, able: (tool: AnyTool) => boolean): ToolList {
    const { callable, list } = this.#kept({ limits, scope }, able);
    // Callers choose their toolsets as they like: what follows from that is not kept.
    return toolsets === null ? list : this.#listOf(callable, { limits, chosen: [{ toolsets }] });
  }

  /** The tools that a caller may call, listed or not, sorted by name. */
  callableBy({ limits, scope }: Viewer, able: (tool: AnyTool) => boolean): readonly AnyTool[] {
    return this.#kept({ limits, scope }, able).callable;
  }

  #kept({ limits, scope }: Viewer, able: (tool: AnyTool) => boolean): Kept {
    const lists = this.#lists(able);
    const key = JSON.stringify([scope, limits]);
    const known = lists.get(key);
    if (known !== undefined) return known;
    const may = this.callable({ limits, scope }, able);
    const callable = [...this.#tools.values()].filter(({ name }) => may(name));
    const made = { callable, list: this.#listOf(callable, { limits, chosen: [] }) };
    if (lists.size < MOST_LISTS) lists.set(key, made);
    return made;
  }

  #listOf(
    callable: readonly AnyTool[],
    { limits, chosen }: {
      readonly limits: TokenLimits | null;
      readonly chosen: readonly { readonly toolsets: ToolsetChoice }[];
    },
  ): ToolList {
    const { output_schemas } = this.#policy;
    const { whole, brief } = this.#descriptions(this.clustersFor(limits));
    const choices = [this.#policy, limits, ...chosen].map((by) => by?.toolsets ?? null);
    const isShown = (tool: AnyTool) => isChosen(tool.toolsets, choices);
    const isComplete = callable.every((tool) => tool.leadsToOthers || isShown(tool));
    const shown = callable
      .filter((tool) => tool.leadsToOthers ? !isComplete : isShown(tool))
      .map(output_schemas ?? isComplete ? whole : brief);
    return {
      tools: shown.map(({ tool }) => tool),
      result: `{"tools":[${shown.map(({ json }) => json).join(",")}]}`,
    };
  }
}

/** Tools as those are told who may name these clusters. */
class Descriptions {
  readonly whole: (tool: AnyTool) => Listed<ToolDescription>;
  readonly brief: (tool: AnyTool) => Listed<ListedTool>;

  constructor(clusters: readonly string[]) {
    this.whole = oncePer((tool: AnyTool) => listed(describeTool(tool, clusters)));
    this.brief = oncePer((tool: AnyTool) => listed(withoutOutput(this.whole(tool).tool)));
  }
}

interface Listed<T extends ListedTool> {
  readonly tool: T;
  readonly json: string;
}

function listed<T extends ListedTool>(tool: T): Listed<T> {
  return { tool, json: JSON.stringify(tool) };
}

function withoutOutput({ outputSchema: _, ...tool }: ToolDescription): ListedTool {
  return tool;
}

/** Lists that are kept: each takes some 130 KB, and few tokens are limited in ways of their own. */
const MOST_LISTS = 50;

/** True where there are as many clusters as the tool is about; none stand for the only one. */
function isWithin({ clustersNeeded = 1 }: AnyTool, clusters: readonly string[]): boolean {
  return clustersNeeded <= Math.max(1, clusters.length);
}

function newLists() {
  return oncePer((_able: (tool: AnyTool) => boolean) => new Map<string, Kept>());
}

/**
 * True when the token's limits let the tool be called. A token that reaches only some guests or nodes
 * may not call tools about the whole cluster, whose answers cannot be filtered.
 */
export function inReach(tool: AnyTool, limits: TokenLimits | null): boolean {
  return mayUseTool(limits, tool.name) && (mayTouchAll(limits) || tool.subject !== "cluster");
}
