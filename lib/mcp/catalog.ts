import * as z from "zod";
import { mayTouchAll, mayUseTool, type TokenLimits } from "../auth/limits.ts";
import { includesScope, type Scope } from "../auth/scope.ts";
import { oncePer } from "../once_per.ts";
import { isOffered, scopeOf, type ToolPolicy } from "../tool/policy.ts";
import type { AnyTool, Switch } from "../tool/tool.ts";

/** A tool as `tools/list` describes it. */
export interface ToolDescription {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly inputSchema: { type: "object"; [key: string]: unknown };
  readonly outputSchema: { type: "object"; [key: string]: unknown };
  readonly annotations: AnyTool["hints"];
}

/** What `tools/list` answers, and the same as JSON. */
export interface ToolList {
  readonly tools: readonly ToolDescription[];
  readonly resultJson: string;
}

/** Who asks, as far as the list of tools depends on it. */
export interface Viewer {
  readonly scope: Scope;
  readonly limits: TokenLimits | null;
}

/** The tools that a server has, and which of them it offers to whom. */
export class Catalog {
  readonly #tools: ReadonlyMap<string, AnyTool>;
  #policy: ToolPolicy;
  /** By what Proxmox allows, and then by who asks: a new policy, or new grants, begin anew. */
  #lists = newLists();
  /** JSON Schemas are made once, when first asked for: making them per request costs most of it. */
  readonly #describe = oncePer(describeTool);

  constructor(tools: readonly AnyTool[], policy: ToolPolicy) {
    this.#tools = new Map(tools.map((tool) => [tool.name, tool]));
    this.#policy = policy;
  }

  get(name: string): AnyTool | undefined {
    return this.#tools.get(name);
  }

  get names(): string[] {
    return [...this.#tools.keys()];
  }

  /** Replaces what the configuration allows; calls under way go on. */
  setPolicy(policy: ToolPolicy): void {
    this.#policy = policy;
    this.#lists = newLists();
  }

  /** True when the configuration offers the tool at all. */
  offers(tool: AnyTool): boolean {
    return isOffered(tool, this.#policy);
  }

  /** The key in the config's `tools` without which the tool is off, where that is the reason. */
  lacks({ switchedOnBy: key }: AnyTool): string | undefined {
    return key === undefined || this.isOn(key) ? undefined : `tools.${key}`;
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
    return this.offers(tool) && includesScope(scope, this.scopeOf(tool)) && inReach(tool, limits);
  }

  /** Tells of names whether each is a tool that a caller may call; for `able` see `visibleTo`. */
  callable(viewer: Viewer, able: (tool: AnyTool) => boolean): (name: string) => boolean {
    return (name) => {
      const tool = this.#tools.get(name);
      return tool !== undefined && this.allows(tool, viewer) && able(tool);
    };
  }

  /**
   * The tools that a caller may call, sorted by name.
   *
   * @param able tells whether Proxmox would let the tool do anything at all; always the same for one function
   */
  visibleTo({ limits, scope }: Viewer, able: (tool: AnyTool) => boolean): ToolList {
    const lists = this.#lists(able);
    const key = JSON.stringify([scope, limits]);
    const known = lists.get(key);
    if (known !== undefined) return known;
    const callable = this.callable({ limits, scope }, able);
    const tools = [...this.#tools.values()].filter(({ name }) => callable(name))
      .map(this.#describe);
    const list = { tools, resultJson: JSON.stringify({ tools }) };
    if (lists.size < MOST_LISTS) lists.set(key, list);
    return list;
  }
}

/** Lists that are kept: each takes some 70 KB, and few tokens are limited in ways of their own. */
const MOST_LISTS = 50;

function newLists() {
  return oncePer((_able: (tool: AnyTool) => boolean) => new Map<string, ToolList>());
}

/**
 * True when the token's limits let the tool be called. A token that reaches only some guests or nodes
 * may not call tools about the whole cluster, whose answers cannot be filtered.
 */
export function inReach(tool: AnyTool, limits: TokenLimits | null): boolean {
  return mayUseTool(limits, tool.name) && (mayTouchAll(limits) || tool.subject !== "cluster");
}

function describeTool(tool: AnyTool): ToolDescription {
  const { name, title, description, hints } = tool;
  return {
    name,
    title,
    description,
    inputSchema: schemaOf(tool.input, "input"),
    outputSchema: schemaOf(tool.output, "output"),
    annotations: hints,
  };
}

function schemaOf(schema: z.ZodObject, io: "input" | "output"): ToolDescription["inputSchema"] {
  const { $schema: _, ...json } = z.toJSONSchema(schema, {
    io,
    override: ({ jsonSchema, path }) => slim(jsonSchema, { io, name: String(path.at(-1)) }),
  });
  return { ...json, type: "object" };
}

const UNIT = /_(bytes|seconds|fraction|mib|gib|days|count|at)$/;

/**
 * Leaves out what says nothing: every byte of the list is read by a model again and again. In results
 * a field without a type is text, or what its name's ending says, or what its properties or items say.
 */
function slim(
  json: z.core.JSONSchema.BaseSchema,
  { io, name }: { io: "input" | "output"; name: string },
): void {
  if (json.minimum === Number.MIN_SAFE_INTEGER) delete json.minimum;
  if (json.maximum === Number.MAX_SAFE_INTEGER) delete json.maximum;
  if (json.minimum === 0 || json.minimum === 1) delete json.minimum;
  if (io === "output") {
    delete json.required;
    if (json.additionalProperties === false) delete json.additionalProperties;
    if (isEmpty(json.items)) delete json.items;
    if (isEmpty(json.properties)) delete json.properties;
    const told = json.properties !== undefined || json.items !== undefined || UNIT.test(name);
    if (json.type === "string" || told) delete json.type;
  }
  // The server checks these; a model that breaks one is told in words.
  for (const key of ["pattern", "maxLength", "minLength", "minItems", "propertyNames"] as const) {
    delete json[key];
  }
  if (name === "items" && json.enum && json.enum.length > 8) delete json.enum;
  if (isEmpty(json.additionalProperties)) delete json.additionalProperties;
  const types = json.anyOf?.map((option) =>
    Object.keys(option).length === 1 && typeof option.type === "string" ? option.type : undefined
  );
  if (types?.every((type) => type !== undefined)) {
    delete json.anyOf;
    json.type = types as unknown as "string";
  }
}

function isEmpty(part: unknown): boolean {
  return typeof part === "object" && part !== null && Object.keys(part).length === 0;
}
