import * as z from "zod";
import { instead } from "../proxmox/known.ts";
import type { Order } from "../proxmox/list.ts";

/**
 * An order of rows of this schema: by a column that holds one value, descending with `-` before it. It has
 * no description because every list has it: the server's instructions tell of it, and its error.
 */
export function sortField(row: z.ZodObject) {
  const columns = Object.entries(row.shape).filter(([, type]) => holdsOne(type)).map(([name]) =>
    name
  );
  return z.string().max(100).transform((given, context): Order => {
    const descending = given.startsWith("-");
    const column = descending ? given.slice(1) : given;
    if (!columns.includes(column)) {
      const message = `there is no column ${column}${
        instead(column, columns)
      }; - before it: descending`;
      context.addIssue({ code: "custom", message });
      return z.NEVER;
    }
    return { column, descending };
  });
}

function holdsOne(type: z.core.$ZodType): boolean {
  if (type instanceof z.ZodOptional) return holdsOne(type.unwrap());
  if (type instanceof z.ZodUnion) return type.options.every(holdsOne);
  return type instanceof z.ZodString || type instanceof z.ZodNumber ||
    type instanceof z.ZodBoolean || type instanceof z.ZodEnum;
}
