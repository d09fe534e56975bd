import type { Api } from "./schema.ts";

/** Proxmox takes booleans as such in JSON, and as 1 and 0 everywhere. */
export type Flag = boolean | 0 | 1;

/** A string, number or boolean; Proxmox sends each of them as any other, so it is read by `values.ts`. */
export type Data = unknown;

/** An object of which these fields may be there. */
export type Item<Field extends string> = { readonly [key in Field]?: unknown };

/** Rows of which these fields may be there. */
export type List<Field extends string> = readonly Item<Field>[];

export type Verb = "GET" | "POST" | "PUT" | "DELETE";

/** A path of the API with its placeholders: `/nodes/{node}/qemu/{vmid}/config`. */
export type Path = keyof Api;

/** The paths that know this verb. */
export type PathWith<V extends Verb> = {
  [P in Path]: V extends keyof Api[P] ? P : never;
}[Path];

type Method<P extends Path, V extends Verb> = V extends keyof Api[P] ? Api[P][V] : never;

/** What the method takes besides what stands in its path. */
export type ParamsOf<P extends Path, V extends Verb> = Method<P, V> extends { params: infer Q } ? Q
  : never;

/** What the method answers. */
export type DataOf<P extends Path, V extends Verb> = Method<P, V> extends { data: infer D } ? D
  : never;

/** The paths that answer rows, and those that answer an object. */
export type ListPath = PathAnswering<readonly unknown[]>;
export type ItemPath = Exclude<PathAnswering<Item<never>>, ListPath>;

type PathAnswering<T> = {
  [P in PathWith<"GET">]: DataOf<P, "GET"> extends T ? P : never;
}[PathWith<"GET">];

/** One row of a list. */
export type RowOf<P extends ListPath> = DataOf<P, "GET"> extends readonly (infer R)[] ? R : never;

/** The values for the placeholders of a path. */
export type SegmentsOf<P extends string> = {
  readonly [Name in PlaceholdersOf<P>]: string | number;
};

type PlaceholdersOf<P extends string> = P extends `${string}{${infer Name}}${infer Rest}`
  ? Name | PlaceholdersOf<Rest>
  : never;

/** What follows the path in a call: values for its placeholders, then its parameters. */
export type ArgumentsOf<P extends Path, V extends Verb> = PlaceholdersOf<P> extends never
  ? ParametersOf<P, V, Readonly<Record<string, never>>, []>
  : ParametersOf<P, V, SegmentsOf<P>, [segments: SegmentsOf<P>]>;

type ParametersOf<P extends Path, V extends Verb, Segments, Least extends unknown[]> =
  Record<never, never> extends ParamsOf<P, V>
    ? Least | [segments: Segments, params?: ParamsOf<P, V>]
    : [segments: Segments, params: ParamsOf<P, V>];
