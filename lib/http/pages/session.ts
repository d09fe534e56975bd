import type { Context } from "hono";
import { deleteCookie, getCookie, setCookie } from "hono/cookie";
import type { Env } from "../request.ts";
import type { PageApp } from "./services.ts";

/** Who has signed in: the token itself is looked up at every request, so that it may end. */
export interface PageSession {
  readonly token: string;
  /** Stands in every form, which another site cannot read. */
  readonly csrf: string;
  /** Unix milliseconds. */
  readonly until: number;
}

const SESSION = "proxmox_mcp_session";
const KNOWN = "proxmox_mcp_known";
const KNOWN_SECONDS = 365 * 24 * 60 * 60;

/** The session that the browser holds, sealed; undefined where there is none that is good still. */
export async function sessionOf(
  c: Context<Env>,
  { pages, scheme }: PageApp,
): Promise<PageSession | undefined> {
  const cookie = getCookie(c, nameOf(SESSION, { pages, scheme })) ?? "";
  const text = await pages.seals.session.open(cookie);
  if (text === undefined) return undefined;
  const session: PageSession = JSON.parse(text);
  return pages.now().getTime() < session.until ? session : undefined;
}

/** Gives the browser a session of its own, whatever it held before; scripts cannot read it. */
export async function beginSession(
  c: Context<Env>,
  { token, seconds, services }: { token: string; seconds: number; services: PageApp },
): Promise<void> {
  const { seals, now } = services.pages;
  const until = now().getTime() + seconds * 1000;
  const session: PageSession = { token, csrf: crypto.randomUUID(), until };
  keep(c, {
    name: SESSION,
    sealed: await seals.session.seal(JSON.stringify(session)),
    seconds,
    services,
  });
}

export function endSession(c: Context<Env>, services: PageApp): void {
  deleteCookie(c, nameOf(SESSION, services), { path: "/", secure: isSecure(services) });
}

/** What guesses at this user from this browser count against, if the user has signed in here before. */
export async function knownBrowser(
  c: Context<Env>,
  { user, services }: { user: string; services: PageApp },
): Promise<string | undefined> {
  const cookie = getCookie(c, nameOf(KNOWN, services)) ?? "";
  const text = await services.pages.seals.known.open(cookie);
  if (text === undefined) return undefined;
  const known: { id: string; user: string } = JSON.parse(text);
  return known.user === user ? known.id : undefined;
}

/** Lets this browser be told from those of people who guess. */
export async function rememberBrowser(
  c: Context<Env>,
  { user, services }: { user: string; services: PageApp },
): Promise<void> {
  const known = JSON.stringify({ id: crypto.randomUUID(), user });
  const sealed = await services.pages.seals.known.seal(known);
  keep(c, { name: KNOWN, sealed, seconds: KNOWN_SECONDS, services });
}

/**
 * `Lax`, since a client sends the browser here from its own site to be let in: with `Strict` whoever has
 * signed in would be a stranger then. What changes something is a form, whose origin and secret are checked.
 */
function keep(
  c: Context<Env>,
  { name, sealed, seconds, services }: {
    name: string;
    sealed: string;
    seconds: number;
    services: PageApp;
  },
): void {
  setCookie(c, nameOf(name, services), sealed, {
    path: "/",
    httpOnly: true,
    sameSite: "Lax",
    secure: isSecure(services),
    maxAge: seconds,
  });
}

type Reached = Pick<PageApp, "scheme"> & { readonly pages: Pick<PageApp["pages"], "publicUrl"> };

/** With the prefix no other host of the domain can put a cookie of its own in its place. */
function nameOf(name: string, services: Reached): string {
  return isSecure(services) ? `__Host-${name}` : name;
}

function isSecure({ scheme, pages }: Reached): boolean {
  return scheme === "https" || pages.publicUrl.startsWith("https:");
}
