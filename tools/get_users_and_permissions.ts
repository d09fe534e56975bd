import * as z from "zod";
import { warned } from "../lib/proxmox/cluster/nodes.ts";
import { assertKnown } from "../lib/proxmox/known.ts";
import { paginate } from "../lib/proxmox/list.ts";
import type { Pve } from "../lib/proxmox/pve.ts";
import {
  compact,
  flag,
  number,
  record,
  records,
  type Row,
  text,
  texts,
  time,
} from "../lib/proxmox/api/values.ts";
import { unseen } from "../lib/proxmox/unseen.ts";
import { listing, paged } from "../lib/tool/fields.ts";
import { defineTool, READS } from "../lib/tool/tool.ts";

const LISTS = ["users", "groups", "roles", "permissions", "realms", "effective"] as const;

/** One row of any of the lists; `name` is its key. */
const accessRow = z.object({
  name: z.string(),
  enabled: z.boolean(),
  expires: z.string(),
  groups: z.array(z.string()),
  comment: z.string(),
  locked: z.boolean(),
  tokens: z.array(
    z.object({ name: z.string(), expires: z.string(), privilege_separated: z.boolean() }).partial(),
  ),
  users: z.array(z.string()),
  built_in: z.boolean(),
  privileges: z.array(z.string()),
  path: z.string(),
  holder: z.string(),
  holder_type: z.string(),
  role: z.string(),
  propagate: z.boolean(),
  type: z.string(),
  second_factor: z.string(),
}).partial();

export default defineTool({
  name: "get_users_and_permissions",
  title: "Users and permissions",
  description: "Lists Proxmox users (with tokens' names), groups, roles, permissions or realms.",
  scope: "user",
  toolsets: ["cluster"],
  hints: READS,
  subject: "cluster",
  privileges: [],
  conditionalPrivileges: [
    {
      privilege: ["/access/groups", "Sys.Audit", "User.Modify"],
      when: "to see other users",
      if: ({ list }) => list === "users",
    },
    {
      privilege: ["/access/groups", "Sys.Audit", "User.Modify", "Group.Allocate"],
      when: "to see groups",
      if: ({ list }) => list === "groups",
    },
    {
      privilege: ["/access", "Sys.Audit", "Permissions.Modify"],
      when: "to see others' permissions",
      if: ({ list }) => list === "permissions",
    },
    {
      privilege: ["/access", "Sys.Audit"],
      when: "for effective of another user",
      if: ({ list, user }) => list === "effective" && user !== undefined,
    },
  ],
  input: z.strictObject({
    list: z.enum(LISTS).default("users")
      .describe("effective: what may be done per path"),
    user: z.string().max(200).regex(/^[^\s:/]+@[^\s:/]+$/, "must be user@realm or user@realm!token")
      .optional().describe("With effective"),
    ...listing(accessRow),
  }).refine(
    ({ list, user }) => user === undefined || list === "effective",
    "user goes with list effective alone; permissions tells each holder's",
  ),
  output: z.object({ rows: z.array(accessRow), ...paged }),
  action: ({ list }) => `list Proxmox ${list}`,
  run: async (input, { pve }) => {
    const seeing = SEEING[input.list];
    const [rows, hidden] = await Promise.all([
      readList(pve, input),
      seeing === undefined ? [] : unseen(pve, { what: `some ${input.list}`, ...seeing }),
    ]);
    const { items, ...page } = paginate(rows, (row) => row.name, input);
    return { rows: items, ...page, ...warned(hidden) };
  },
});

/** Where what shows all of a list; without it Proxmox leaves rows out, as in `PVE::API2::User`. */
const SEEING: Readonly<
  Partial<
    Record<typeof LISTS[number], { path: string; anyOf: readonly [string, ...string[]] }>
  >
> = {
  users: { path: "/access/groups", anyOf: ["Sys.Audit", "User.Modify"] },
  groups: { path: "/access/groups", anyOf: ["Sys.Audit", "User.Modify", "Group.Allocate"] },
  permissions: { path: "/access", anyOf: ["Sys.Audit", "Permissions.Modify"] },
};
type AccessRow = z.input<typeof accessRow> & { name: string };

/** Reads one of the lists. Nothing in it can be used to log in. */
async function readList(
  pve: Pve,
  { list, user }: { list: typeof LISTS[number]; user?: string | undefined },
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
        name: [row.path, row.type, row.ugid, row.roleid].map(text).join(" "),
        ...compact({
          path: text(row.path),
          holder: text(row.ugid),
          holder_type: text(row.type),
          role: text(row.roleid),
        }),
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
    case "effective": {
      const rows = effective(await pve.get("/access/permissions", {}, { userid: user }));
      if (rows.length === 0 && user !== undefined) await assertUser(pve, user);
      return rows;
    }
  }
}

/**
 * Refuses a user or token that there is not, for which Proxmox tells of no privileges.
 *
 * @throws AppError `not_found`, where all users can be seen
 */
async function assertUser(pve: Pve, user: string): Promise<void> {
  const [users, hidden] = await Promise.all([
    pve.list("/access/users", {}, { full: true }),
    unseen(pve, { what: "some users", ...SEEING.users! }),
  ]);
  if (hidden.length > 0) return;
  const known = users.flatMap((row) => [
    String(row.userid),
    ...records(row.tokens).map(({ tokenid }) => `${row.userid}!${tokenid}`),
  ]);
  assertKnown(user, { what: "user", known });
}

/** `keys` may hold the seed of a second factor, so only what is known to be harmless is taken. */
function describeUser(row: Row): AccessRow {
  const tokens = records(row.tokens);
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
  return Object.entries(paths).map(([name, privileges]) => ({
    name,
    privileges: Object.keys(record(privileges)).sort(),
  }));
}

function words(value: unknown): string[] | undefined {
  const list = Array.isArray(value) ? texts(value) : (text(value) ?? "").split(/[,;\s]+/);
  const found = list.filter((word) => word !== "").sort();
  return found.length === 0 ? undefined : found;
}
