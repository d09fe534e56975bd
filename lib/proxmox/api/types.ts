import type {
  ArgumentsIn,
  DataIn,
  ItemPathIn,
  ListPathIn,
  ParamsIn,
  PathIn,
  RowIn,
  Verb,
} from "../../upstream/typed.ts";
import type { Api } from "./schema.ts";

/** Fields are read by `values.ts`: Proxmox sends each type as any other. */
export type { Data, Item, List, SegmentsOf, Verb } from "../../upstream/typed.ts";

/** Proxmox takes booleans as such in JSON, and as 1 and 0 everywhere. */
export type Flag = boolean | 0 | 1;

/** A path of the API with its placeholders: `/nodes/{node}/qemu/{vmid}/config`. */
export type Path = keyof Api;

/** The paths that know this verb. */
export type PathWith<V extends Verb> = PathIn<Api, V>;

/** What the method takes besides what stands in its path. */
export type ParamsOf<P extends Path, V extends Verb> = ParamsIn<Api, P, V>;

/** What the method answers. */
export type DataOf<P extends Path, V extends Verb> = DataIn<Api, P, V>;

/** The paths that answer rows, and those that answer an object. */
export type ListPath = ListPathIn<Api>;
export type ItemPath = ItemPathIn<Api>;

/** One row of a list. */
export type RowOf<P extends ListPath> = RowIn<Api, P>;

/** What follows the path in a call: values for its placeholders, then its parameters. */
export type ArgumentsOf<P extends Path, V extends Verb> = ArgumentsIn<Api, P, V>;
