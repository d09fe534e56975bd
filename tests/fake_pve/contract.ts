import { once } from "./once.ts";

/** One parameter, property or return value as the API description states it. */
export interface Schema {
  type?: string;
  optional?: number;
  default?: unknown;
  format?: string | Record<string, Schema>;
  enum?: (string | null)[] | null;
  pattern?: string;
  minimum?: number | string;
  maximum?: number | string;
  minLength?: number;
  maxLength?: number;
  requires?: string;
  items?: Schema;
  properties?: Record<string, Schema>;
  additionalProperties?: number;
  oneOf?: Schema[];
}

export type Check = (string | number | string[] | Check)[];

export interface ApiMethod {
  method: string;
  path: string;
  parameters: Record<string, Schema>;
  /** The parameters as libpve-common describes them from 9.1.21 on, where it composes them of parts. */
  composed?: Composed;
  permissions: { user?: string; check?: Check };
  protected: number;
  additionalProperties: number;
  returns: Schema;
}

/** Parameters in parts: all of `allOf` hold, of `oneOf` the one that `type-property` names. */
export interface Composed {
  additionalProperties?: number;
  properties?: Record<string, Schema>;
  allOf?: Composed[];
  oneOf?: Composed[];
  "type-property"?: string;
  "type-property-schema"?: Schema;
  "instance-type"?: string;
}

interface RouteNode {
  children: Map<string, RouteNode>;
  placeholder?: { name: string; node: RouteNode };
  methods: Map<string, ApiMethod>;
}

export interface Route {
  api: ApiMethod;
  uri: Record<string, string>;
}

export interface Contract {
  methods: readonly ApiMethod[];
  find(method: string, path: string): Route | undefined;
  /** The names that can follow in a path template, without placeholders. */
  below(path: string): string[];
}

/** What Proxmox offers, by its own description. */
export const contract = once((): Contract => {
  const methods = readFacts<ApiMethod>("pve_api.json");
  for (const { method, path, parameters } of readFacts<ComposedMethod>("pve_api_composed.json")) {
    const api = methods.find((one) => one.method === method && one.path === path);
    if (api) api.composed = parameters;
  }
  const root = newNode();
  for (const api of methods) insert(root, api);
  return {
    methods,
    find: (method, path) => find(root, method, path),
    below: (path) => [...nodeAt(root, path)?.children.keys() ?? []],
  };
});

type ComposedMethod = Pick<ApiMethod, "method" | "path"> & { parameters: Composed };

function readFacts<T>(file: string): T[] {
  return JSON.parse(Deno.readTextFileSync(new URL(`../${file}`, import.meta.url)));
}

function newNode(): RouteNode {
  return { children: new Map(), methods: new Map() };
}

function segmentsOf(path: string): string[] {
  return path.split("/").filter((part) => part !== "");
}

function insert(root: RouteNode, api: ApiMethod): void {
  let node = root;
  for (const part of segmentsOf(api.path)) {
    if (part.startsWith("{")) {
      node.placeholder ??= { name: part.slice(1, -1), node: newNode() };
      node = node.placeholder.node;
    } else {
      const next = node.children.get(part) ?? newNode();
      node.children.set(part, next);
      node = next;
    }
  }
  node.methods.set(api.method, api);
}

function nodeAt(root: RouteNode, template: string): RouteNode | undefined {
  let node: RouteNode | undefined = root;
  for (const part of segmentsOf(template)) {
    node = part.startsWith("{") ? node?.placeholder?.node : node?.children.get(part);
  }
  return node;
}

// The path is decoded as a whole before it is split, so an encoded slash is a slash like any other;
// only `{volume}` and `{cidr}` take the rest of the path.
function find(root: RouteNode, method: string, path: string): Route | undefined {
  const parts = segmentsOf(path);
  const uri: Record<string, string> = {};
  let node = root;
  for (let i = 0; i < parts.length; i++) {
    const part = parts[i] ?? "";
    const literal = node.children.get(part);
    if (literal) {
      node = literal;
      continue;
    }
    if (!node.placeholder) return undefined;
    const { name, node: next } = node.placeholder;
    node = next;
    if (name === "volume" || name === "cidr") {
      uri[name] = parts.slice(i).join("/");
      break;
    }
    uri[name] = part;
  }
  const api = node.methods.get(method);
  return api && { api, uri };
}
