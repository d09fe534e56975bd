import type { Context } from "hono";
import { deleteCookie, getCookie, setCookie } from "hono/cookie";
import type { TokenRecord } from "../../auth/accounts.ts";
import type { Principal } from "../../auth/principal.ts";
import { AppError } from "../../errors.ts";
import { readForm } from "../approve/form.ts";
import type { Visitor } from "../approve/view.ts";
import { failedLogin } from "../authentication.ts";
import { personOf } from "../person.ts";
import type { Env } from "../request.ts";
import { addressOf } from "./endpoints.ts";
import { askWho, told } from "./answer.ts";
import type { Services } from "./services.ts";
import { wordsIn } from "./words.ts";

/** A person whose token is good now. */
export interface Present {
  readonly principal: Principal;
  readonly record: TokenRecord;
  readonly visitor: Visitor;
}

interface Session {
  readonly token: string;
  readonly csrf: string;
  /** Unix milliseconds. */
  readonly until: number;
}

const COOKIE = "proxmox_mcp_sign_in";
const PATH = "/oauth";
const SECONDS = 15 * 60;

/** Who has signed in, if the token is still good and its rate is not used up. */
export async function presentOf(
  c: Context<Env>,
  services: Services,
): Promise<Present | undefined> {
  const { oauth, limits } = services;
  const text = await oauth.pageSeal.open(getCookie(c, COOKIE) ?? "");
  const session: Session | undefined = text === undefined ? undefined : JSON.parse(text);
  if (session === undefined || session.until <= oauth.now().getTime()) return undefined;
  try {
    const principal = await personOf(services, {
      token: session.token,
      address: addressOf(c, services),
    });
    if (await limits.request(principal.tokenId) !== undefined) return undefined;
    const [record] = await oauth.accounts.findTokensById([principal.tokenId]);
    if (record === undefined) return undefined;
    return { principal, record, visitor: { user: principal.user, csrf: session.csrf } };
  } catch (error) {
    if (error instanceof AppError) return undefined;
    throw error;
  }
}

/** Signs a person in or out and goes on at `next`, which is always a client's request to this server. */
export async function enterOrLeave(c: Context<Env>, services: Services): Promise<Response> {
  const words = wordsIn(c.get("language"));
  const form = await readForm(c.req.raw);
  const next = form?.get("next") ?? "";
  if (form === null || !c.req.header("origin") || !isRequest(next)) {
    return await told(c, { text: words.stale });
  }
  if (form.get("do") === "leave") {
    deleteCookie(c, COOKIE, { path: PATH });
    return c.redirect(next, 303);
  }
  const token = (form.get("token") ?? "").trim();
  const address = addressOf(c, services);
  try {
    const { tokenId } = await personOf(services, { token, address });
    if (await services.limits.request(tokenId) !== undefined) {
      return await askWho(c, { next, problem: words.wait, status: 429 });
    }
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    if (error.code !== "unauthorized") {
      return await askWho(c, { next, problem: words.later, status: 503 });
    }
    const lockedOut = await failedLogin(c, { services, token, address, error });
    return lockedOut === undefined
      ? await askWho(c, { next, problem: words.wrongToken, status: 401 })
      : await askWho(c, { next, problem: words.wait, status: 429 });
  }
  await begin(c, { services, token });
  return c.redirect(next, 303);
}

async function begin(
  c: Context<Env>,
  { services, token }: { services: Services; token: string },
): Promise<void> {
  const { pageSeal, now, issuer } = services.oauth;
  const until = now().getTime() + SECONDS * 1000;
  const session: Session = { token, csrf: crypto.randomUUID(), until };
  setCookie(c, COOKIE, await pageSeal.seal(JSON.stringify(session)), {
    path: PATH,
    httpOnly: true,
    // A client sends people here from its own site; forms are held by their token and origin.
    sameSite: "Lax",
    secure: services.scheme === "https" || issuer.startsWith("https:"),
    maxAge: SECONDS,
  });
}

function isRequest(next: string): boolean {
  return /^\/oauth\/authorize\?[\x21-\x7e]*$/.test(next);
}
