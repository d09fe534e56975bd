import { AppError } from "../../errors.ts";
import type { Verb } from "../api/types.ts";
import type { ParamSchema, ParamSchemas } from "./schema.ts";
import { allParams, type ParamSet, paramsFor } from "./composed.ts";
import { record, text } from "../api/values.ts";

/** One method of the API. */
export interface ApiMethod {
  readonly method: Verb;
  /** With placeholders: `/nodes/{node}/qemu`. */
  readonly path: string;
  readonly description: string;
  /** All that there are, whatever is taken together. */
  readonly parameters: ParamSchemas;
  /** The parameters that a call with these takes. */
  readonly paramsFor: (given: Readonly<Record<string, unknown>>) => ParamSet;
  readonly permissions: unknown;
  readonly returns: ParamSchema & { readonly properties?: ParamSchemas };
}

/** A concrete path found in the API, and what its placeholders stand for. */
export interface ApiMatch {
  readonly path: string;
  readonly methods: readonly ApiMethod[];
  readonly values: Readonly<Record<string, string>>;
}

const METHODS = ["GET", "POST", "PUT", "DELETE"] as const;
/** The placeholders whose values may hold slashes. */
const SLASHED = new Set(["volume", "cidr"]);

/** The API as the connected Proxmox describes it. */
export class ApiDescription {
  readonly methods: readonly ApiMethod[];
  readonly #paths: ReadonlyMap<string, ApiMethod[]>;

  readonly #advice: string;

  /** @param advice where to look for paths */
  constructor(methods: readonly ApiMethod[], advice: string) {
    this.methods = methods;
    this.#advice = advice;
    this.#paths = Map.groupBy(methods, (method) => method.path);
  }

  /**
   * Finds the methods of a path, with or without placeholders. A word of the API itself goes before
   * a placeholder, as in Proxmox.
   *
   * @throws AppError `not_found`
   */
  match(path: string): ApiMatch {
    const parts = path.replace(/^\/api2\/json(?=\/)/, "").split("/").slice(1);
    const found = [...this.#paths.keys()].map((template) => {
      const segments = template.split("/").slice(1);
      return { template, segments, values: fit(segments, parts) };
    }).filter((each) => each.values !== undefined)
      .toSorted((a, b) => rank(a.segments) < rank(b.segments) ? -1 : 1);
    const [best] = found;
    if (!path.startsWith("/")) {
      throw new AppError("not_found", `paths begin with "/": ${JSON.stringify(`/${path}`)}`);
    }
    if (best?.values === undefined) {
      throw new AppError(
        "not_found",
        `the API has no path ${JSON.stringify(path)}; ${this.#advice}`,
      );
    }
    return {
      path: best.template,
      methods: this.#paths.get(best.template) ?? [],
      values: best.values,
    };
  }

  /** The methods that fit the words best: those that have them all, else those that have most. */
  search(query: string): ApiMethod[] {
    const words = query.toLowerCase().split(/[^a-z0-9-]+/).filter((word) => word !== "");
    const scored = this.methods.map((method) => ({ method, ...score(method, words) }));
    const most = Math.max(0, ...scored.map(({ matched }) => matched));
    if (most === 0) return [];
    return scored.filter(({ matched }) => matched === most)
      .toSorted((a, b) => b.points - a.points || (a.method.path < b.method.path ? -1 : 1))
      .map(({ method }) => method);
  }
}

/**
 * Reads the JavaScript file behind Proxmox's API viewer. Its array is JSON and is parsed as such;
 * the file is never run.
 *
 * @throws AppError `unavailable`
 */
export function parseApiDescription(file: string, advice: string): ApiDescription {
  const start = file.search(/\b(?:apiSchema|pveapi)\s*=\s*\[/);
  const open = start < 0 ? -1 : file.indexOf("[", start);
  try {
    if (open < 0) throw new SyntaxError("no schema in it");
    const methods: ApiMethod[] = [];
    collect(JSON.parse(file.slice(open, endOfArray(file, open))), methods, 0);
    if (methods.length === 0) throw new SyntaxError("no method in it");
    return new ApiDescription(methods, advice);
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause;
    throw new AppError("unavailable", "Proxmox's description of its API cannot be read", { cause });
  }
}

function collect(nodes: unknown, into: ApiMethod[], depth: number): void {
  if (!Array.isArray(nodes) || depth > 20) return;
  for (const node of nodes.map(record)) {
    const path = text(node.path);
    for (const method of METHODS) {
      const info = record(node.info)[method];
      if (path !== undefined && info !== undefined) {
        into.push(describeMethod(path, method, record(info)));
      }
    }
    collect(node.children, into, depth + 1);
  }
}

/** A method by what its description states. */
export function describeMethod(
  path: string,
  method: Verb,
  info: Readonly<Record<string, unknown>>,
): ApiMethod {
  const parameters = record(info.parameters);
  const returns = record(info.returns);
  return {
    method,
    path,
    description: text(info.description)?.trim() ?? "",
    parameters: allParams(parameters),
    paramsFor: (given) => paramsFor(parameters, given),
    permissions: info.permissions,
    returns: { ...returns, properties: allParams(returns) } as ApiMethod["returns"],
  };
}

/** The index behind the bracket that closes the array. */
function endOfArray(file: string, open: number): number {
  let depth = 0;
  let quoted = false;
  for (let at = open; at < file.length; at++) {
    const char = file[at];
    if (quoted) {
      if (char === "\\") at++;
      else if (char === '"') quoted = false;
    } else if (char === '"') quoted = true;
    else if (char === "[") depth++;
    else if (char === "]" && --depth === 0) return at + 1;
  }
  throw new SyntaxError("its end is missing");
}

/** What the placeholders stand for, or undefined when the path is another one. */
function fit(
  segments: readonly string[],
  parts: readonly string[],
): Record<string, string> | undefined {
  const extra = parts.length - segments.length;
  const slashed = segments.findIndex((segment) => SLASHED.has(segment.slice(1, -1)));
  if (extra < 0 || (extra > 0 && slashed < 0)) return undefined;
  const values: Record<string, string> = {};
  for (const [index, segment] of segments.entries()) {
    const from = index + (slashed >= 0 && index > slashed ? extra : 0);
    const part = parts.slice(from, from + (index === slashed ? extra : 0) + 1).join("/");
    if (!segment.startsWith("{")) {
      if (segment !== part) return undefined;
    } else if (part === "") return undefined;
    else values[segment.slice(1, -1)] = part;
  }
  return values;
}

/** Sorts templates with words before those with placeholders, segment by segment. */
function rank(segments: readonly string[]): string {
  return segments.map((segment) => segment.startsWith("{") ? "1" : "0").join("");
}

function score(method: ApiMethod, words: readonly string[]): { matched: number; points: number } {
  const path = method.path.toLowerCase();
  const segments = path.split(/[/{}]+/);
  const about = method.description.toLowerCase();
  const names = Object.keys(method.parameters).join(" ").toLowerCase();
  const points = words.map((word) => {
    if (word === method.method.toLowerCase()) return 3;
    if (segments.includes(word)) return 6;
    if (path.includes(word)) return 4;
    if (about.includes(word)) return 2;
    return names.includes(word) ? 1 : 0;
  });
  return {
    matched: points.filter((point) => point > 0).length,
    points: points.reduce<number>((sum, point) => sum + point, 0) - segments.length / 100,
  };
}
