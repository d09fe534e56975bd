import { once } from "./once.ts";
import { type Route as RouteTo, routesOf, segmentsOf } from "./routing.ts";

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
  nullable?: number | boolean;
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

export type Route = RouteTo<ApiMethod>;

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
  const routes = routesOf(methods, ["volume", "cidr"]);
  return {
    methods,
    // The path is decoded as a whole before it is split, so an encoded slash is a slash like any other.
    find: (method, path) => routes.find(method, segmentsOf(path)),
    below: (path) => routes.below(path),
  };
});

type ComposedMethod = Pick<ApiMethod, "method" | "path"> & { parameters: Composed };

/** The facts of a file beside this folder. */
export function readFacts<T>(file: string): T[] {
  return JSON.parse(Deno.readTextFileSync(new URL(`../${file}`, import.meta.url)));
}
