import { AppError } from "../../errors.ts";
import { flag, number, records, text, time } from "../api/values.ts";
import { assertKnown } from "../known.ts";
import type { Pve } from "../pve.ts";

/**
 * A Proxmox user and its tokens, never their secrets; `expires` is absent for never.
 *
 * @throws AppError `not_found` naming the users that there are
 */
export async function requireOwner(pve: Pve, user: string) {
  const rows = await pve.list("/access/users", {}, { full: true });
  assertKnown(user, { what: "Proxmox user", known: rows.map((row) => String(row.userid)) });
  const row = rows.find(({ userid }) => userid === user);
  if (row === undefined) throw new AppError("not_found", `there is no Proxmox user ${user}`);
  const expires = time(row.expire);
  return {
    enabled: row.enable === undefined || flag(row.enable),
    ...(expires === undefined ? {} : { expires }),
    tokens: records(row.tokens).map((token) => ({
      name: String(token.tokenid),
      comment: text(token.comment),
      expires: time(number(token.expire) || undefined),
      /** Has only what is granted to itself. */
      separated: token.privsep === undefined || flag(token.privsep),
    })),
  };
}

/** @throws AppError `not_found` naming the tokens that the user has */
export async function requireToken(
  pve: Pve,
  { user, name }: { user: string; name: string },
) {
  const { tokens } = await requireOwner(pve, user);
  assertKnown(name, { what: `token of ${user} named`, known: tokens.map((token) => token.name) });
  const token = tokens.find((each) => each.name === name);
  if (token === undefined) throw new AppError("not_found", `there is no token ${user}!${name}`);
  return token;
}
