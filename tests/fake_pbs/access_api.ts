import { type AuthId, held, isToken, may, userOf } from "./access.ts";
import { openTicket } from "./authenticate.ts";
import { change, digestOf, settings } from "./configs.ts";
import { fail, refuse } from "./errors.ts";
import { roles } from "./roles.ts";
import type { FakePbsAcl, FakePbsToken, FakeUser } from "./state.ts";
import { type Call, Enveloped, type Handlers, unordered } from "./world.ts";

/** Shown for everyone, even where no grant names them. */
const always = ["/", "/access", "/datastore", "/remote", "/system"];

const aclPath =
  /^\/(?:access(?:\/(?:acl|users|domains|openid))?|datastore(?:\/.+)?|remote(?:\/.+)?|system(?:\/.+)?|tape(?:\/.+)?|mapping)?$/;

function permissions({ params, state, who }: Call): unknown {
  const asked = params.maybe("auth-id") ?? who;
  const own = asked === who || (isToken(asked) && userOf(asked) === who);
  if (!own && !may(state, who, "/access", ["Sys.Audit"])) {
    fail(`not allowed to list permissions of ${asked}`);
  }
  const given = params.maybe("path");
  const paths = given === undefined
    ? [...new Set([...always, ...state.acl.map((one) => one.path)])].sort()
    : [given];
  const rows = paths.map((path) => [path, [...held(state, asked, path)].sort()] as const);
  return Object.fromEntries(
    rows.filter(([, privs]) => privs.length).map((
      [path, privs],
    ) => [path, Object.fromEntries(privs)]),
  );
}

function aclRow({ path, propagate, role, ugid }: FakePbsAcl) {
  return { path, propagate, roleid: role, ugid, ugid_type: "user" };
}

/** Without Sys.Audit one sees what one's own tokens were granted. */
function listAcl({ params, state, who }: Call): unknown {
  const all = may(state, who, "/access/acl", ["Sys.Audit"]);
  const path = params.maybe("path");
  const rows = state.acl.filter((one) =>
    (all || (isToken(one.ugid) && userOf(one.ugid) === who)) &&
    (path === undefined || one.path === path ||
      (!params.flag("exact") && one.path.startsWith(`${path === "/" ? "" : path}/`)))
  );
  return new Enveloped(rows.map(aclRow), { digest: digestOf(state.acl) });
}

function grant({ params, state, who }: Call): null {
  const path = params.text("path");
  const ugid = params.maybe("auth-id") ?? fail("missing 'userid' or 'group' parameter.");
  const own = isToken(ugid) && userOf(ugid) === who;
  if (!own && !may(state, who, "/access/acl", ["Permissions.Modify"])) {
    fail("Unprivileged API tokens can't set ACL items.");
  }
  if (!aclPath.test(path)) fail(`invalid acl path '${path}'.`);
  if (!known(state, ugid)) fail(isToken(ugid) ? `no such API token.` : "no such user.");
  const role = params.text("role");
  state.acl = state.acl.filter((one) =>
    one.path !== path || one.ugid !== ugid || one.role !== role
  );
  if (!params.flag("delete")) {
    state.acl.push({ path, role, ugid, propagate: params.flag("propagate", true) });
  }
  return null;
}

function known(state: Call["state"], id: AuthId): boolean {
  if (!isToken(id)) return state.users.has(id);
  return state.tokens.some((one) => `${one.user}!${one.name}` === id);
}

function tokenRow({ comment, enable, expire, name, user }: FakePbsToken) {
  return {
    ...(comment === undefined ? {} : { comment }),
    ...(enable ? {} : { enable }),
    ...(expire ? { expire } : {}),
    tokenid: `${user}!${name}`,
  };
}

function userRow({ comment, enable, expire, userid }: FakeUser) {
  return {
    ...(comment === undefined ? {} : { comment }),
    ...(enable ? {} : { enable }),
    ...(expire ? { expire } : {}),
    userid,
  };
}

function listUsers({ params, state, who }: Call): unknown {
  const all = may(state, who, "/access/users", ["Sys.Audit"]);
  const rows = [...state.users.values()].filter((one) => all || one.userid === who)
    .map((one) => ({
      ...userRow(one),
      ...(params.flag("include_tokens")
        ? { tokens: state.tokens.filter((token) => token.user === one.userid).map(tokenRow) }
        : {}),
    }));
  return new Enveloped(unordered(rows), { digest: digestOf(state.users.values()) });
}

function userNamed({ params, state }: Call): FakeUser {
  const id = params.text("userid");
  return state.users.get(id) ?? fail(`no such user '${id}'`);
}

function createUser({ params, state }: Call): null {
  const userid = params.text("userid");
  if (state.users.has(userid)) refuse({ userid: `user '${userid}' already exists.` });
  const { password, comment } = settings(params);
  state.users.set(userid, {
    userid,
    enable: params.flag("enable", true),
    expire: params.number("expire") ?? 0,
    ...(password === undefined ? {} : { password: String(password) }),
    ...(comment === undefined ? {} : { comment: String(comment) }),
  });
  return null;
}

function tokenNamed(call: Call): FakePbsToken {
  const { params, state } = call;
  const { userid } = userNamed(call);
  const name = params.text("token-name");
  return state.tokens.find((one) => one.user === userid && one.name === name) ??
    fail(`no such token '${userid}!${name}'`);
}

function createToken(call: Call): unknown {
  const { params, state } = call;
  const { userid } = userNamed(call);
  const name = params.text("token-name");
  if (state.tokens.some((one) => one.user === userid && one.name === name)) {
    fail(`token '${name}' for user '${userid}' already exists.`);
  }
  const value = crypto.randomUUID();
  const comment = params.maybe("comment");
  state.tokens.push({
    user: userid,
    name,
    value,
    enable: params.flag("enable", true),
    expire: params.number("expire") ?? 0,
    ...(comment === undefined ? {} : { comment }),
  });
  return { tokenid: `${userid}!${name}`, value };
}

function updateToken(call: Call): unknown {
  const token = tokenNamed(call);
  const { params } = call;
  const fields = { enable: token.enable, expire: token.expire };
  change(fields, params, ["userid", "token-name", "regenerate", "comment"]);
  Object.assign(token, fields);
  if (params.has("comment")) token.comment = params.text("comment");
  if (!params.flag("regenerate")) return null;
  token.value = crypto.randomUUID();
  return { secret: token.value };
}

const ofUser = "/access/users/{userid}";

export const accessHandlers: Handlers = {
  "GET /access/permissions": permissions,
  "GET /access/acl": listAcl,
  "PUT /access/acl": grant,
  "GET /access/roles": () =>
    unordered(
      Object.entries(roles).map(([roleid, { comment, privs }]) => ({ comment, privs, roleid })),
    ),
  "GET /access/domains": () =>
    new Enveloped([
      { comment: "Proxmox Backup authentication server", realm: "pbs", type: "pbs" },
      { comment: "Linux PAM standard authentication", default: true, realm: "pam", type: "pam" },
    ], { digest: digestOf(["pbs", "pam"]) }),
  "POST /access/ticket": openTicket,
  "GET /access/users": listUsers,
  "POST /access/users": createUser,
  [`GET ${ofUser}`]: (call) =>
    new Enveloped(userRow(userNamed(call)), { digest: digestOf(call.state.users.values()) }),
  [`GET ${ofUser}/token`]: (call) => {
    const { userid } = userNamed(call);
    const rows = call.state.tokens.filter((one) => one.user === userid)
      .map((one) => ({ ...tokenRow(one), "token-name": one.name }));
    return new Enveloped(rows, { digest: digestOf(call.state.users.values()) });
  },
  [`POST ${ofUser}/token/{token-name}`]: createToken,
  [`PUT ${ofUser}/token/{token-name}`]: updateToken,
  [`DELETE ${ofUser}/token/{token-name}`]: (call) => {
    const token = tokenNamed(call);
    call.state.tokens = call.state.tokens.filter((one) => one !== token);
    return null;
  },
  [`PUT ${ofUser}`]: (call) => {
    const user = userNamed(call);
    const { params } = call;
    if (params.has("enable")) user.enable = params.flag("enable");
    if (params.has("expire")) user.expire = params.number("expire") ?? 0;
    if (params.has("comment")) user.comment = params.text("comment");
    return null;
  },
  "PUT /access/password": ({ who }) => {
    if (isToken(who)) fail("API tokens cannot access this API endpoint");
    return null;
  },
};
