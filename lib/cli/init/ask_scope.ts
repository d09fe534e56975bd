import { type Scope, SCOPES } from "../../auth/scope.ts";
import type { Asking } from "./asking.ts";
import type { Steps } from "./steps.ts";

/** What callers are to be able to do; nobody to ask: they only read. */
export async function askScope(asking: Asking, { texts }: Steps): Promise<Scope> {
  const check = (text: string) => SCOPES.some((scope) => scope === text) ? null : SCOPES.join(", ");
  const answer = await asking.text(texts.askScope, { fallback: SCOPES[0], missing: "", check });
  return SCOPES.find((scope) => scope === answer) ?? SCOPES[0];
}
