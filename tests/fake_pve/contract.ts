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
  permissions: { user?: string; check?: Check };
  protected: number;
  additionalProperties: number;
  returns: Schema;
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
  const text = Deno.readTextFileSync(new URL("../pve_api.json", import.meta.url));
  const methods = JSON.parse(text) as ApiMethod[];
  const root = newNode();
  for (const api of methods) insert(root, api);
  return {
    methods,
    find: (method, path) => find(root, method, path),
    below: (path) => [...nodeAt(root, path)?.children.keys() ?? []],
  };
});

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
