/** A method of an API, as a description of it has it. */
export interface Described {
  method: string;
  /** With placeholders: `/nodes/{node}/tasks`. */
  path: string;
}

export interface Route<M extends Described> {
  api: M;
  uri: Record<string, string>;
}

export interface Routes<M extends Described> {
  /** By the decoded segments of a path. */
  find(method: string, segments: readonly string[]): Route<M> | undefined;
  /** The names that can follow in a path template, without placeholders. */
  below(path: string): string[];
}

interface RouteNode<M> {
  children: Map<string, RouteNode<M>>;
  placeholder?: { name: string; node: RouteNode<M> };
  methods: Map<string, M>;
}

/** Finds methods by their paths; a placeholder named in `greedy` takes the rest of a path. */
export function routesOf<M extends Described>(
  methods: readonly M[],
  greedy: readonly string[] = [],
): Routes<M> {
  const root = newNode<M>();
  for (const api of methods) insert(root, api);
  return {
    find: (method, segments) => find(root, method, { segments, greedy }),
    below: (path) => [...nodeAt(root, path)?.children.keys() ?? []],
  };
}

export function segmentsOf(path: string): string[] {
  return path.split("/").filter((part) => part !== "");
}

function newNode<M>(): RouteNode<M> {
  return { children: new Map(), methods: new Map() };
}

function insert<M extends Described>(root: RouteNode<M>, api: M): void {
  let node = root;
  for (const part of segmentsOf(api.path)) {
    if (part.startsWith("{")) {
      node.placeholder ??= { name: part.slice(1, -1), node: newNode() };
      node = node.placeholder.node;
    } else {
      const next = node.children.get(part) ?? newNode<M>();
      node.children.set(part, next);
      node = next;
    }
  }
  node.methods.set(api.method, api);
}

function nodeAt<M>(root: RouteNode<M>, template: string): RouteNode<M> | undefined {
  let node: RouteNode<M> | undefined = root;
  for (const part of segmentsOf(template)) {
    node = part.startsWith("{") ? node?.placeholder?.node : node?.children.get(part);
  }
  return node;
}

function find<M extends Described>(
  root: RouteNode<M>,
  method: string,
  { segments, greedy }: { segments: readonly string[]; greedy: readonly string[] },
): Route<M> | undefined {
  const uri: Record<string, string> = {};
  let node = root;
  for (const [i, part] of segments.entries()) {
    const literal = node.children.get(part);
    if (literal) {
      node = literal;
      continue;
    }
    if (!node.placeholder) return undefined;
    const { name, node: next } = node.placeholder;
    node = next;
    if (greedy.includes(name)) {
      uri[name] = segments.slice(i).join("/");
      break;
    }
    uri[name] = part;
  }
  const api = node.methods.get(method);
  return api && { api, uri };
}
