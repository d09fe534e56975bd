import { may, privileges } from "./access.ts";
import { deny, die, PveError, refuse } from "./errors.ts";
import { ownerOf } from "./identity.ts";
import type { FakeToken, FakeUser } from "./state.ts";
import type { Call, Handlers } from "./world.ts";

const standardPaths = [
  "/",
  "/access",
  "/access/groups",
  "/access/realm",
  "/nodes",
  "/pool",
  "/sdn",
  "/storage",
  "/vms",
];

function flags(held: Map<string, boolean>): Record<string, number> {
  return Object.fromEntries([...held].sort().map(([priv, propagate]) => [priv, propagate ? 1 : 0]));
}

function permissions(call: Call): unknown {
  const { state, params } = call;
  let who = call.who;
  const userid = params.maybe("userid");
  if (userid !== undefined && userid !== ownerOf(who)) {
    if (!may(state, who, "/access", ["Sys.Audit"])) deny("/access, Sys.Audit");
    const [user = "", token] = userid.split("!");
    if (!state.users.has(user)) return {};
    const held = state.tokens.find((one) => one.user === user && one.name === token);
    who = { user, privsep: held?.privsep ?? false, ...(token ? { token } : {}) };
  }
  const path = params.maybe("path");
  if (path !== undefined) return { [path]: flags(privileges(state, who, path)) };
  const members = [...state.guests.values()].filter((guest) => guest.pool);
  const paths = new Set([
    ...standardPaths,
    ...state.acl.map((acl) => acl.path),
    ...members.map((guest) => `/vms/${guest.vmid}`),
    ...[...state.pools.values()].flatMap((pool) => pool.storages.map((one) => `/storage/${one}`)),
  ]);
  const found = [...paths].map((one) => [one, privileges(state, who, one)] as const);
  return Object.fromEntries(
    found.filter(([, held]) => held.size).map(([one, held]) => [one, flags(held)]),
  );
}

function userRow(user: FakeUser): Record<string, unknown> {
  const { userid: _userid, enable, groups: _groups, ...rest } = user;
  return { ...rest, enable: enable ? 1 : 0 };
}

function tokenRow({ privsep, expire, comment }: FakeToken): Record<string, unknown> {
  return {
    expire,
    privsep: privsep ? 1 : 0,
    ...(comment === undefined ? {} : { comment }),
  };
}

function listUsers({ params, state, who }: Call): unknown {
  const all = may(state, who, "/access/groups", ["User.Modify", "Sys.Audit"], true);
  return [...state.users.values()]
    .filter((user) => all || user.userid === who.user)
    .map((user) => ({
      userid: user.userid,
      "realm-type": user.userid.endsWith("@pam") ? "pam" : "pve",
      ...userRow(user),
      ...(params.flag("full")
        ? {
          groups: user.groups.join(","),
          tokens: state.tokens.filter((one) => one.user === user.userid)
            .map((one) => ({ tokenid: one.name, ...tokenRow(one) })),
        }
        : {}),
    }));
}

function readUser({ params, state }: Call): unknown {
  const id = params.text("userid");
  const user = state.users.get(id) ?? die(`no such user ('${id}')`);
  const tokens = state.tokens.filter((one) => one.user === id);
  return {
    ...userRow(user),
    groups: user.groups,
    tokens: Object.fromEntries(tokens.map((one) => [one.name, tokenRow(one)])),
  };
}

function ownerNamed({ params, state }: Call): FakeUser {
  const id = params.text("userid");
  return state.users.get(id) ?? die(`no such user ('${id}')`);
}

function tokenNamed(call: Call): FakeToken | undefined {
  const { userid } = ownerNamed(call);
  const name = call.params.text("tokenid");
  return call.state.tokens.find((one) => one.user === userid && one.name === name);
}

function knownToken(call: Call): FakeToken {
  const { params } = call;
  return tokenNamed(call) ??
    die(`no such token '${params.text("tokenid")}' for user '${params.text("userid")}'`);
}

/** The only answer that ever holds a token's value. */
function createToken(call: Call): unknown {
  const { params, state } = call;
  const { userid: user, expire: end } = ownerNamed(call);
  if (tokenNamed(call)) refuse({ tokenid: "Token already exists." });
  const comment = params.maybe("comment");
  const token: FakeToken = {
    user,
    name: params.text("tokenid"),
    value: crypto.randomUUID(),
    privsep: !params.has("privsep") || params.flag("privsep"),
    expire: params.number("expire") ?? end,
    ...(comment === undefined ? {} : { comment }),
  };
  state.tokens.push(token);
  const { expire, ...info } = tokenRow(token);
  return {
    "full-tokenid": `${user}!${token.name}`,
    info: { ...info, ...(params.has("expire") ? { expire } : {}) },
    value: token.value,
  };
}

/** Its grants go with it, as they do at the next write of `user.cfg`. */
function deleteToken(call: Call): null {
  const { state } = call;
  const { name, user } = knownToken(call);
  state.tokens = state.tokens.filter((one) => one.user !== user || one.name !== name);
  state.acl = state.acl.filter(({ type, ugid }) => type !== "token" || ugid !== `${user}!${name}`);
  return null;
}

function changeAcl({ params, state }: Call): null {
  const path = params.text("path");
  const propagate = !params.has("propagate") || params.flag("propagate");
  const kinds = [["user", "users"], ["group", "groups"], ["token", "tokens"]] as const;
  const listed = (name: string) =>
    (params.maybe(name) ?? "").split(",").filter((one) => one !== "");
  if (kinds.every(([, key]) => listed(key).length === 0)) {
    refuse({ users: "either 'users', 'groups' or 'tokens' is required." });
  }
  const missing = (text: string) => die(`ACL update failed: ${text}`);
  for (const roleid of listed("roles")) {
    if (!state.roles.has(roleid)) missing(`role '${roleid}' does not exist`);
    for (const [type, key] of kinds) {
      for (const ugid of listed(key)) {
        if (type === "user" && !state.users.has(ugid)) missing(`user '${ugid}' does not exist`);
        if (type === "group" && !state.groups.has(ugid)) missing(`group '${ugid}' does not exist`);
        if (type === "token" && !state.tokens.some((one) => `${one.user}!${one.name}` === ugid)) {
          const [user, name] = ugid.split("!");
          missing(`no such token '${name}' for user '${user}'`);
        }
        state.acl = state.acl.filter((one) =>
          one.path !== path || one.roleid !== roleid || one.type !== type || one.ugid !== ugid
        );
        if (!params.flag("delete")) state.acl.push({ path, roleid, type, ugid, propagate });
      }
    }
  }
  return null;
}

function listGroups({ state, who }: Call): unknown {
  const wanted = ["User.Modify", "Group.Allocate", "Sys.Audit"];
  const users = [...state.users.values()];
  return [...state.groups]
    .filter(([groupid]) => may(state, who, `/access/groups/${groupid}`, wanted, true))
    .map(([groupid, { comment }]) => ({
      groupid,
      comment,
      users: users.filter((user) => user.groups.includes(groupid)).map((user) => user.userid)
        .join(","),
    }));
}

function listAcl({ state, who }: Call): unknown {
  const all = may(state, who, "/access", ["Sys.Audit"]);
  return state.acl
    .filter((acl) => all || may(state, who, acl.path, ["Permissions.Modify"]))
    .map((acl) => ({ ...acl, propagate: acl.propagate ? 1 : 0 }));
}

export const accessHandlers: Handlers = {
  "GET /access/permissions": permissions,
  "GET /access/acl": listAcl,
  "PUT /access/acl": changeAcl,
  "GET /access/users": listUsers,
  "GET /access/users/{userid}": readUser,
  "GET /access/users/{userid}/token": (call) => {
    const { userid } = ownerNamed(call);
    return call.state.tokens.filter((one) => one.user === userid)
      .map((one) => ({ tokenid: one.name, ...tokenRow(one) }));
  },
  "GET /access/users/{userid}/token/{tokenid}": (call) => tokenRow(knownToken(call)),
  "POST /access/users/{userid}/token/{tokenid}": createToken,
  "DELETE /access/users/{userid}/token/{tokenid}": deleteToken,
  "GET /access/groups": listGroups,
  "GET /access/roles": ({ state }) =>
    [...state.roles].map(([roleid, role]) => ({
      roleid,
      privs: role.privs.join(","),
      ...(role.special ? { special: 1 } : {}),
    })),
  "GET /access/domains": () => [
    { realm: "pam", type: "pam", comment: "Linux PAM standard authentication" },
    { realm: "pve", type: "pve", comment: "Proxmox VE authentication server" },
  ],
  "POST /access/ticket": () => {
    throw new PveError(401, "authentication failure");
  },
};
