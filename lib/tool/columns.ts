import type * as z from "zod";

/**
 * The schemas of a row's columns: one for each field of the interface, none besides. What reads the rows
 * knows no schema, so `{ … } satisfies Columns<Row>` keeps the two together.
 */
export type Columns<Row> = {
  readonly [Column in keyof Row]-?: z.ZodType<Exclude<Row[Column], undefined>>;
};
