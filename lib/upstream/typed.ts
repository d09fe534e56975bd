/** A string, number or boolean; what is sent for it is not to be relied on. */
export type Data = unknown;

/** An object of which these fields may be there. */
export type Item<Field extends string> = { readonly [key in Field]?: unknown };

/** Rows of which these fields may be there. */
export type List<Field extends string> = readonly Item<Field>[];

export type Verb = "GET" | "POST" | "PUT" | "DELETE";

/** The paths of an API that know this verb. */
export type PathIn<Api, V extends Verb> = keyof {
  [P in keyof Api as V extends keyof Api[P] ? P : never]: P;
};

type Method<Api, P extends keyof Api, V extends Verb> = V extends keyof Api[P] ? Api[P][V] : never;

/** What the method takes besides what stands in its path. */
export type ParamsIn<Api, P extends keyof Api, V extends Verb> = Method<Api, P, V> extends
  { params: infer Q } ? Q : never;

/** What the method answers. */
export type DataIn<Api, P extends keyof Api, V extends Verb> = Method<Api, P, V> extends
  { data: infer D } ? D : never;

/** The paths that answer rows, and those that answer an object. */
export type ListPathIn<Api> = PathAnswering<Api, readonly unknown[]>;
export type ItemPathIn<Api> = Exclude<PathAnswering<Api, Item<never>>, ListPathIn<Api>>;

type PathAnswering<Api, T> = keyof {
  [P in PathIn<Api, "GET"> as DataIn<Api, P, "GET"> extends T ? P : never]: P;
};

/** One row of a list. */
export type RowIn<Api, P extends keyof Api> = DataIn<Api, P, "GET"> extends readonly (infer R)[] ? R
  : never;

/** The values for the placeholders of a path. */
export type SegmentsOf<P extends string> = {
  readonly [Name in PlaceholdersOf<P>]: string | number;
};

type PlaceholdersOf<P extends string> = P extends `${string}{${infer Name}}${infer Rest}`
  ? Name | PlaceholdersOf<Rest>
  : never;

/** What follows the path in a call: values for its placeholders, then its parameters. */
export type ArgumentsIn<Api, P extends keyof Api & string, V extends Verb> =
  PlaceholdersOf<P> extends never ? ParametersIn<Api, P, V, Readonly<Record<string, never>>, []>
    : ParametersIn<Api, P, V, SegmentsOf<P>, [segments: SegmentsOf<P>]>;

type ParametersIn<Api, P extends keyof Api, V extends Verb, Segments, Least extends unknown[]> =
  Record<never, never> extends ParamsIn<Api, P, V>
    ? Least | [segments: Segments, params?: ParamsIn<Api, P, V>]
    : [segments: Segments, params: ParamsIn<Api, P, V>];
