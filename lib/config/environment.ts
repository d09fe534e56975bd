import type { ReadEnvironment } from "./types.ts";

/** By these the runtime's `fetch` would go elsewhere than to the address that it was given. */
const PROXIES = ["ALL_PROXY", "HTTP_PROXY", "HTTPS_PROXY"].flatMap((name) => [
  name,
  name.toLowerCase(),
]);
/** Which CAs the runtime trusts; its default is a list of its own, without the system's. */
const CA_STORE = "DENO_TLS_CA_STORE";

/** The variables that `settleEnvironment` changes. */
export const SETTLED_NAMES: readonly string[] = [...PROXIES, CA_STORE].sort();

/** Reads the real environment; an empty variable counts as unset. */
export function environment(): ReadEnvironment {
  return (name) => Deno.env.get(name) || undefined;
}

/** Removes every variable that begins so, for this process and what it starts. */
export function forgetVariables(prefix: string): void {
  for (const name of Object.keys(Deno.env.toObject())) {
    if (name.startsWith(prefix)) Deno.env.delete(name);
  }
}

/**
 * Takes the variables away that would lead requests out of the lock, and has the system's CAs trusted
 * as well as the runtime's own; both count from the first request on (seen in Deno 2.9.6). A process
 * that may not touch its environment keeps it as it is.
 *
 * @returns the names of the proxies that are not used
 */
export function settleEnvironment(): readonly string[] {
  try {
    const given = PROXIES.filter((name) => Deno.env.get(name));
    for (const name of given) Deno.env.delete(name);
    if (!Deno.env.get(CA_STORE)) Deno.env.set(CA_STORE, "system,mozilla");
    return given;
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) return [];
    throw error;
  }
}
