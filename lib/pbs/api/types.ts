import type {
  ArgumentsIn,
  DataIn,
  ListPathIn,
  ParamsIn,
  PathIn,
  RowIn,
  Verb,
} from "../../upstream/typed.ts";
import type { Api } from "./schema.ts";

export type { Data, Item, List, Verb } from "../../upstream/typed.ts";

/** A path of the API with its placeholders: `/admin/datastore/{store}/snapshots`. */
export type Path = keyof Api;

/** The paths that know this verb. */
export type PathWith<V extends Verb> = PathIn<Api, V>;

/** What the method takes besides what stands in its path. */
export type ParamsOf<P extends Path, V extends Verb> = ParamsIn<Api, P, V>;

/** What the method answers. */
export type DataOf<P extends Path, V extends Verb> = DataIn<Api, P, V>;

/** The paths that answer rows. */
export type ListPath = ListPathIn<Api>;

/** One row of a list. */
export type RowOf<P extends ListPath> = RowIn<Api, P>;

/** What follows the path in a call: values for its placeholders, then its parameters. */
export type ArgumentsOf<P extends Path, V extends Verb> = ArgumentsIn<Api, P, V>;
