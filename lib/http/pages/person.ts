import type { Context } from "hono";
import type { Principal } from "../../auth/principal.ts";
import type { SignIn } from "../../auth/sign_ins.ts";
import { AppError } from "../../errors.ts";
import type { Env } from "../request.ts";
import type { Visitor } from "./layout.tsx";
import { ownPath } from "./own_path.ts";
import type { PageApp } from "./services.ts";
import { sessionOf } from "./session.ts";

/** Somebody whose session, and the token in it, are good now. */
export interface Person {
  readonly principal: Principal;
  readonly visitor: Visitor;
  /** The browser's own; undefined where a token was handed over and pasted. */
  readonly signIn: SignIn | undefined;
}

/** Who has signed in, if the token is still good and its rate is not used up. */
export async function personOf(c: Context<Env>, services: PageApp): Promise<Person | undefined> {
  const session = await sessionOf(c, services);
  if (session === undefined) return undefined;
  const address = services.address(c.env.peer, c.req.raw.headers);
  try {
    const principal = await services.authenticate(session.token, address);
    if (await services.limits.request(principal.tokenId) !== undefined) return undefined;
    const signIn = await ownSignIn(services, principal);
    return { principal, visitor: { user: principal.user, csrf: session.csrf }, signIn };
  } catch (error) {
    if (error instanceof AppError) return undefined;
    throw error;
  }
}

/**
 * How the bearer's token came to be; undefined where it was handed over.
 *
 * @throws AppError `unauthorized` for what an application was given: it is not the person, and must not let
 * in others, or approve, in the person's name
 */
export async function ownSignIn(
  { pages }: PageApp,
  { tokenId, user }: Principal,
): Promise<SignIn | undefined> {
  const signIn = await pages.signIns?.byToken(tokenId);
  if (signIn === undefined || signIn.kind === "browser") return signIn;
  throw new AppError("unauthorized", "Authentication required. Provide a valid token.", {
    cause: new Error(`token ${tokenId} of ${user}: it is an application's`),
  });
}

/** Sends the browser to sign in and, after that, back to what it asked for, or to `next`. */
export function toSignIn(c: Context<Env>, { next }: { next?: string } = {}): Response {
  const { pathname, search } = new URL(c.req.url);
  const back = ownPath(next ?? pathname + search);
  return c.redirect(`/sign-in${back ? `?next=${encodeURIComponent(back)}` : ""}`, 303);
}
