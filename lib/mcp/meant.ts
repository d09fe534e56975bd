import { AppError } from "../errors.ts";
import type { Catalog } from "./catalog.ts";
import { parseInput } from "./input.ts";

/** A call as it came, or the one that it stands for. */
export interface Call {
  readonly tool: string;
  readonly arguments: unknown;
  /** The tool by which another is called: who may not call that one may not call by it either. */
  readonly through?: string;
}

/**
 * The call that is made: of a tool that stands for another the other's, as if that had been called. There is no
 * second way to a tool. Arguments that fit no such call are left for the first tool to refuse.
 */
export function meantCall<C extends Call>(catalog: Catalog, call: C): C {
  const tool = catalog.get(call.tool);
  if (tool?.standsFor === undefined) return call;
  try {
    const meant = tool.standsFor(parseInput(tool, call.arguments));
    return { ...call, ...meant, through: tool.name };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return call;
  }
}
