import type { Incoming } from "../fake_pve/dispatch.ts";
import type { AuthId } from "./access.ts";
import { PbsError } from "./errors.ts";
import type { PbsWorld } from "./world.ts";

/** Makes out who sent a request; nobody is known for what needs no login. */
export function authenticate(world: PbsWorld, request: Incoming, open: boolean): AuthId {
  const given = /^PBSAPIToken[= ](.*)$/.exec(request.headers.authorization ?? "")?.[1];
  const who = given === undefined ? undefined : ofToken(world, decoded(given));
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

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
