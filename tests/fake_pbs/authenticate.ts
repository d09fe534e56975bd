import type { Incoming } from "../fake_pve/dispatch.ts";
import type { AuthId } from "./access.ts";
import { decoded } from "./body.ts";
import { PbsError } from "./errors.ts";
import { type Call, Enveloped, type PbsWorld } from "./world.ts";

/** Makes out who sent a request; nobody is known for what needs no login. */
export function authenticate(world: PbsWorld, request: Incoming, open: boolean): AuthId {
  const given = /^PBSAPIToken[= ](.*)$/.exec(request.headers.authorization ?? "")?.[1];
  const who = given === undefined ? ofTicket(world, request) : ofToken(world, decoded(given));
  if (who !== undefined) return who;
  if (open) return "";
  throw new PbsError(401, "authentication failed", { wait: "login", bare: true });
}

function ofToken(world: PbsWorld, given: string): AuthId | undefined {
  const [, user, name, value] = /^([^!\s]+)!([^:\s]+):(\S+)$/.exec(given) ?? [];
  const token = world.state.tokens.find((one) =>
    one.user === user && one.name === name && one.value === value
  );
  const owner = token && world.state.users.get(token.user);
  const good = (one: { enable: boolean; expire: number }) =>
    one.enable && (one.expire === 0 || one.expire > world.seconds());
  return token && owner && good(token) && good(owner) ? `${user}!${name}` : undefined;
}

/** A browser's: what writes needs the token against forged requests too. */
function ofTicket({ state }: PbsWorld, { headers, method }: Incoming): AuthId | undefined {
  const [, cookie = ""] = /(?:^|; *)(?:__Host-)?PBSAuthCookie=([^;]+)/.exec(headers.cookie ?? "") ??
    [];
  const ticket = state.tickets.get(decoded(cookie));
  return ticket && (method === "GET" || headers.csrfpreventiontoken === ticket.csrf)
    ? ticket.user
    : undefined;
}

/** Logs a user in by password. */
export function openTicket({ params, state, world }: Call): Enveloped {
  const username = params.text("username");
  const user = state.users.get(username);
  if (user?.password === undefined || user.password !== params.text("password")) {
    throw new PbsError(401, "permission check failed.", { wait: "login" });
  }
  const time = world.seconds().toString(16).toUpperCase();
  const csrf = `${time}:${crypto.randomUUID()}`;
  const ticket = `PBS:${username}:${time}::${crypto.randomUUID()}`;
  state.tickets.set(ticket, { user: username, csrf });
  const data = { CSRFPreventionToken: csrf, ticket, username };
  return new Enveloped(data, { status: 200, success: true });
}
