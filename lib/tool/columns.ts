import type * as z from "zod";

/** The columns of a row: a schema for each field that the row has, and for no other. */
export type ColumnsOf<Row> = {
  readonly [Field in keyof Row]-?: z.ZodType;
};
