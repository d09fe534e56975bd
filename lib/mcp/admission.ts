import type { Principal } from "../auth/principal.ts";
import { includesScope } from "../auth/scope.ts";
import { AppError } from "../errors.ts";
import type { AnyTool } from "../tool/tool.ts";
import { type Catalog, inReach } from "./catalog.ts";
import { Denied, ScopeLacking } from "./denied.ts";
import { unknownTool } from "./input.ts";
import { type Language, messagesIn } from "./messages.ts";

/** Who asks for a tool, and how he is answered. */
export interface Asker {
  readonly principal: Pick<Principal, "scope" | "limits">;
  readonly language: Language;
}

/**
 * The tool of this name, if who asks may call it.
 *
 * @throws AppError `invalid` when there is none; Denied when configuration, scope or limits forbid it
 */
export function admit(catalog: Catalog, name: string, { principal, language }: Asker): AnyTool {
  const messages = messagesIn(language);
  const tool = catalog.get(name);
  if (!tool) throw new AppError("invalid", unknownTool(name, catalog.names));
  if (!catalog.offers(tool)) {
    throw new Denied(messages.toolDisabled(tool.name, catalog.lacks(tool)));
  }
  const needed = catalog.scopeOf(tool);
  if (!includesScope(principal.scope, needed)) {
    throw new ScopeLacking(messages.scopeRequired(needed), needed);
  }
  if (!inReach(tool, principal.limits)) throw new Denied(messages.toolOutOfReach(tool.name));
  return tool;
}
