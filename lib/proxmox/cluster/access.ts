import type { Pve } from "../pve.ts";
import { compact, flag, number, text, time } from "../api/values.ts";

type Row = Readonly<Record<string, unknown>>;

export const ACCESS_LISTS = [
  "users",
  "groups",
  "roles",
  "permissions",
  "realms",
  "effective",
] as const;

/** One row of a list about access; `name` is its key. */
export type AccessRow = { readonly name: string } & Record<string, unknown>;

/** Reads one of the lists about access. Nothing in it can be used to log in. */
export async function readAccess(
  pve: Pve,
  list: typeof ACCESS_LISTS[number],
  user: string | undefined,
): Promise<AccessRow[]> {
  switch (list) {
    case "users":
      return (await pve.list("/access/users", {}, { full: true })).map(describeUser);
    case "groups":
      return (await pve.list("/access/groups")).map((row) =>
        compact({ name: String(row.groupid), comment: text(row.comment), users: words(row.users) })
      );
    case "roles":
      return (await pve.list("/access/roles")).map((row) =>
        compact({
          name: String(row.roleid),
          built_in: flag(row.special),
          privileges: words(row.privs),
        })
      );
    case "permissions":
      return (await pve.list("/access/acl")).map((row) => ({
        name: `${row.path} ${row.type} ${row.ugid} ${row.roleid}`,
        path: row.path,
        holder: row.ugid,
        holder_type: row.type,
        role: row.roleid,
        // Absent means the default, which is to propagate.
        propagate: row.propagate === undefined || flag(row.propagate),
      }));
    case "realms":
      return (await pve.list("/access/domains")).map((row) =>
        compact({
          name: String(row.realm),
          type: text(row.type),
          comment: text(row.comment),
          second_factor: text(row.tfa),
        })
      );
    case "effective":
      return effective(await pve.get("/access/permissions", {}, { userid: user }));
  }
}

/** `keys` may hold the seed of a second factor, so only what is known to be harmless is taken. */
function describeUser(row: Row): AccessRow {
  const tokens = Array.isArray(row.tokens) ? row.tokens as Row[] : [];
  return compact({
    name: String(row.userid),
    enabled: row.enable === undefined || flag(row.enable),
    expires: time(number(row.expire) || undefined),
    groups: words(row.groups),
    comment: text(row.comment),
    locked: flag(row["totp-locked"]) || undefined,
    tokens: tokens.length === 0 ? undefined : tokens.map((token) =>
      compact({
        name: text(token.tokenid),
        expires: time(number(token.expire) || undefined),
        privilege_separated: token.privsep === undefined || flag(token.privsep),
      })
    ),
  });
}

/** The value of a privilege is its propagate flag: 0 is granted all the same. */
function effective(paths: Row): AccessRow[] {
  return Object.entries(paths ?? {}).map(([name, privileges]) => ({
    name,
    privileges: Object.keys(privileges as Row ?? {}).sort(),
  }));
}

function words(value: unknown): string[] | undefined {
  const list = Array.isArray(value) ? value.map(String) : (text(value) ?? "").split(/[,;\s]+/);
  const found = list.filter((word) => word !== "").sort();
  return found.length === 0 ? undefined : found;
}
