import { may, privileges } from "./access.ts";
import { deny, die, PveError, refuse } from "./errors.ts";
import { ownerOf } from "./identity.ts";
import type { FakeToken, FakeUser } from "./state.ts";
import { type Call, type Handlers, index, needs } from "./world.ts";

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
    const held = state.tokens.find((one) => one.user === user && one.name === token);
    who = { user, privsep: held?.privsep ?? false, ...(token ? { token } : {}) };
  }
  const path = params.maybe("path");
  if (path !== undefined) return { [path]: flags(privileges(state, who, path)) };
  const members = [...state.guests.values()].filter((guest) => guest.pool).map((guest) =>
    `/vms/${guest.vmid}`
  );
  const storages = [...state.pools.values()].flatMap((pool) =>
    pool.storages.map((one) => `/storage/${one}`)
  );
  const paths = new Set([
    ...standardPaths,
    ...state.acl.map((acl) => acl.path),
    ...members,
    ...storages,
  ]);
  const found: Record<string, unknown> = {};
  for (const one of paths) {
    const held = privileges(state, who, one);
    if (held.size) found[one] = flags(held);
  }
  return found;
}

function userOf(call: Call): FakeUser {
  const id = call.params.text("userid");
  return call.state.users.get(id) ?? die(`no such user ('${id}')`);
}

function userRow(user: FakeUser): Record<string, unknown> {
  const { userid, password: _password, enable, groups: _groups, ...rest } = user;
  return {
    userid,
    "realm-type": userid.endsWith("@pam") ? "pam" : "pve",
    ...rest,
    enable: enable ? 1 : 0,
  };
}

function tokenRow(token: FakeToken): Record<string, unknown> {
  const { privsep, expire, comment } = token;
  return {
    tokenid: token.name,
    expire,
    privsep: privsep ? 1 : 0,
    ...(comment === undefined ? {} : { comment }),
  };
}

function listUsers(call: Call): unknown {
  const { state, who, params } = call;
  const all = may(state, who, "/access/groups", ["User.Modify", "Sys.Audit"], true);
  return [...state.users.values()]
    .filter((user) => all || user.userid === who.user)
    .filter((user) => !params.has("enabled") || user.enable === params.flag("enabled"))
    .map((user) => ({
      ...userRow(user),
      ...(params.flag("full")
        ? {
          groups: user.groups.join(","),
          tokens: state.tokens.filter((one) => one.user === user.userid).map(tokenRow),
        }
        : {}),
    }));
}

function setUser(user: FakeUser, call: Call): void {
  const { params, state } = call;
  for (const key of ["comment", "email", "firstname", "lastname"] as const) {
    if (params.has(key)) user[key] = params.text(key);
  }
  if (params.has("enable")) user.enable = params.flag("enable");
  if (params.has("expire")) user.expire = params.number("expire") ?? 0;
  if (!params.has("groups")) return;
  const groups = params.list("groups");
  for (const group of groups) if (!state.groups.has(group)) die(`no such group '${group}'`);
  user.groups = params.flag("append") ? [...new Set([...user.groups, ...groups])] : groups;
}

function createUser(call: Call): null {
  const { params, state } = call;
  const userid = params.text("userid");
  if (state.users.has(userid)) die(`create user failed: user '${userid}' already exists`);
  const user: FakeUser = { userid, enable: true, expire: 0, groups: [] };
  setUser(user, call);
  if (params.has("password")) user.password = params.text("password");
  state.users.set(userid, user);
  return null;
}

function tokenOf(call: Call): FakeToken {
  const { params, state } = call;
  const user = userOf(call);
  const name = params.text("tokenid");
  const token = state.tokens.find((one) => one.user === user.userid && one.name === name);
  return token ?? die(`no such token '${name}' for user '${user.userid}'`);
}

/** Tokens are their user's own affair, or need the right to change users. */
function mayManageTokens(call: Call): void {
  const own = call.params.text("userid") === call.who.user && !call.who.token;
  if (!own && !may(call.state, call.who, "/access/groups", ["User.Modify"])) {
    deny("/access/groups, User.Modify");
  }
}

function createToken(call: Call): unknown {
  mayManageTokens(call);
  const { params, state } = call;
  const user = userOf(call);
  const name = params.text("tokenid");
  if (state.tokens.some((one) => one.user === user.userid && one.name === name)) {
    refuse({ tokenid: "Token already exists." });
  }
  const token: FakeToken = {
    user: user.userid,
    name,
    value: crypto.randomUUID(),
    privsep: !params.has("privsep") || params.flag("privsep"),
    expire: params.number("expire") ?? user.expire,
    ...(params.has("comment") ? { comment: params.text("comment") } : {}),
  };
  state.tokens.push(token);
  return { "full-tokenid": `${token.user}!${name}`, value: token.value, info: tokenRow(token) };
}

function updateToken(call: Call): unknown {
  mayManageTokens(call);
  const { params } = call;
  const token = tokenOf(call);
  if (params.has("comment")) token.comment = params.text("comment");
  if (params.has("expire")) token.expire = params.number("expire") ?? 0;
  if (params.has("privsep")) token.privsep = params.flag("privsep");
  if (!params.flag("regenerate")) return tokenRow(token);
  token.value = crypto.randomUUID();
  return { ...tokenRow(token), value: token.value };
}

function changeAcl(call: Call): null {
  const { params, state } = call;
  const path = params.text("path");
  if (!/^\/(?:$|access|cluster|mapping|nodes|pool|sdn|storage|vms)/.test(path)) {
    refuse({ path: `invalid ACL path '${path}'` });
  }
  const targets = [["users", "user"], ["groups", "group"], ["tokens", "token"]] as const;
  if (!targets.some(([key]) => params.has(key))) {
    refuse({ users: "either 'users', 'groups' or 'tokens' is required." });
  }
  for (const roleid of params.list("roles")) {
    if (!state.roles.has(roleid)) die(`role '${roleid}' does not exist`);
    for (const [key, type] of targets) {
      for (const ugid of params.list(key)) {
        state.acl = state.acl.filter((one) =>
          !(one.path === path && one.roleid === roleid && one.type === type && one.ugid === ugid)
        );
        if (params.flag("delete")) continue;
        const propagate = !params.has("propagate") || params.flag("propagate");
        state.acl.push({ path, roleid, type, ugid, propagate });
      }
    }
  }
  return null;
}

function listAcl(call: Call): unknown {
  const { state, who } = call;
  const all = may(state, who, "/access", ["Sys.Audit"]);
  return state.acl
    .filter((acl) => all || may(state, who, acl.path, ["Permissions.Modify"]))
    .map((acl) => ({ ...acl, propagate: acl.propagate ? 1 : 0 }));
}

function groupOf(call: Call): { comment: string } {
  const id = call.params.text("groupid");
  return call.state.groups.get(id) ?? die(`group '${id}' does not exist`);
}

function members(call: Call, groupid: string): string[] {
  return [...call.state.users.values()].filter((user) => user.groups.includes(groupid)).map((
    user,
  ) => user.userid);
}

export const accessHandlers: Handlers = {
  "GET /access": index(
    "users",
    "groups",
    "domains",
    "acl",
    "roles",
    "ticket",
    "password",
    "permissions",
    "tfa",
  ),
  "GET /access/permissions": permissions,
  "GET /access/acl": listAcl,
  "PUT /access/acl": changeAcl,
  "GET /access/roles": (call) =>
    [...call.state.roles].map(([roleid, role]) => ({
      roleid,
      privs: role.privs.join(","),
      ...(role.special ? { special: 1 } : {}),
    })),
  "GET /access/roles/{roleid}": (call) => {
    const id = call.params.text("roleid");
    const role = call.state.roles.get(id) ?? die(`role '${id}' does not exist`);
    return Object.fromEntries(role.privs.map((priv) => [priv, 1]));
  },
  "GET /access/domains": () => [
    { realm: "pam", type: "pam", comment: "Linux PAM standard authentication" },
    { realm: "pve", type: "pve", comment: "Proxmox VE authentication server" },
  ],
  "GET /access/tfa": () => [],
  "GET /access/groups": (call) =>
    [...call.state.groups]
      .filter(([groupid]) =>
        may(call.state, call.who, `/access/groups/${groupid}`, [
          "User.Modify",
          "Group.Allocate",
          "Sys.Audit",
        ], true)
      )
      .map(([groupid, group]) => ({
        groupid,
        comment: group.comment,
        users: members(call, groupid).join(","),
      })),
  "GET /access/groups/{groupid}": (call) => ({
    comment: groupOf(call).comment,
    members: members(call, call.params.text("groupid")),
  }),
  "GET /access/users": listUsers,
  "POST /access/users": createUser,
  "GET /access/users/{userid}": (call) => {
    const user = userOf(call);
    const { userid: _userid, ...row } = userRow(user);
    const tokens = call.state.tokens.filter((one) => one.user === user.userid);
    return {
      ...row,
      groups: user.groups,
      tokens: Object.fromEntries(tokens.map((one) => [one.name, tokenRow(one)])),
    };
  },
  "PUT /access/users/{userid}": (call) => {
    setUser(userOf(call), call);
    return null;
  },
  "DELETE /access/users/{userid}": (call) => {
    const user = userOf(call);
    call.state.users.delete(user.userid);
    call.state.acl = call.state.acl.filter((acl) => acl.ugid.split("!")[0] !== user.userid);
    call.state.tokens = call.state.tokens.filter((token) => token.user !== user.userid);
    return null;
  },
  "GET /access/users/{userid}/token": (call) => {
    mayManageTokens(call);
    const user = userOf(call);
    return call.state.tokens.filter((one) => one.user === user.userid).map(tokenRow);
  },
  "GET /access/users/{userid}/token/{tokenid}": (call) => {
    mayManageTokens(call);
    const { tokenid: _tokenid, ...row } = tokenRow(tokenOf(call));
    return row;
  },
  "POST /access/users/{userid}/token/{tokenid}": createToken,
  "PUT /access/users/{userid}/token/{tokenid}": updateToken,
  "DELETE /access/users/{userid}/token/{tokenid}": (call) => {
    mayManageTokens(call);
    const token = tokenOf(call);
    call.state.tokens.splice(call.state.tokens.indexOf(token), 1);
    return null;
  },
  "PUT /access/password": (call) => {
    const user = userOf(call);
    needs(call, "/access/groups", ["User.Modify"]);
    user.password = call.params.text("password");
    return null;
  },
  "POST /access/ticket": () => {
    throw new PveError(401, "authentication failure");
  },
};
