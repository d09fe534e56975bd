import { typedHere } from "../command.ts";
import { didYouMean } from "../nearest.ts";
import { UsageError } from "./context.ts";
import type { AccountReader } from "./with_store.ts";

interface Asked {
  readonly name: string;
  /** `create token`, for the message. */
  readonly action: string;
}

/** Refuses the name of a user that there is not, with the one that was probably meant. */
export async function requireUser(store: AccountReader, { name, action }: Asked): Promise<void> {
  const names = (await store.listUsers()).map(({ username }) => username);
  if (names.includes(name)) return;
  const hint = didYouMean(name, names, `: create it with \`${typedHere("user create NAME")}\``);
  throw new UsageError(`Cannot ${action}: there is no user ${name}${hint}`);
}

/** The role of this name, whatever its case. */
export async function knownRole(store: AccountReader, { name, action }: Asked) {
  const roles = await store.listRoles();
  const found = roles.find((role) => role.name === name) ??
    roles.find((role) => role.name.toLowerCase() === name.toLowerCase());
  if (found !== undefined) return found;
  const names = roles.map((role) => role.name);
  const hint = didYouMean(name, names, `: the roles are ${names.join(", ")}`);
  throw new UsageError(`Cannot ${action}: there is no role ${name}${hint}`);
}

/** The token of this number. */
export async function knownToken(
  store: AccountReader,
  { id, action }: { readonly id: number; readonly action: string },
) {
  const [token] = await store.findTokensById([id]);
  if (token !== undefined) return token;
  throw new UsageError(
    `Cannot ${action}: there is no token ${id}; see \`${typedHere("token list")}\``,
  );
}
