import type { TokenRecord } from "../auth/accounts.ts";
import { tokenState } from "../auth/token.ts";
import { typedHere } from "../command.ts";

/** What is wrong while no token is active, and the commands that make one; null when one is. */
export function nobodyCanLogIn(
  tokens: readonly TokenRecord[],
  now: Date,
): { readonly state: string; readonly remedy: string } | null {
  if (tokens.some((token) => tokenState(token, now) === "active")) return null;
  const remedy = `${typedHere("user create NAME --role Administrator")}, then ` +
    typedHere("token create --user NAME --name LABEL --permission read");
  return { state: "nobody can log in: there is no active token", remedy };
}
