import type { Context } from "hono";
import { deleteCookie, getCookie, setCookie } from "hono/cookie";
import type { ApprovalServices } from "./services.ts";

/** Who has signed in: the token itself is looked up at every request, so that it may end. */
export interface PageSession {
  readonly token: string;
  /** Stands in every form, which another site cannot read. */
  readonly csrf: string;
  /** Unix milliseconds. */
  readonly until: number;
}

const COOKIE = "proxmox_mcp_approve";
const PATH = "/approve";
const SECONDS = 15 * 60;

/** The session that the browser holds, sealed; undefined where there is none that is good still. */
export async function sessionOf(
  c: Context,
  { seal, now }: ApprovalServices,
): Promise<PageSession | undefined> {
  const text = await seal.open(getCookie(c, COOKIE) ?? "");
  if (text === undefined) return undefined;
  const session: PageSession = JSON.parse(text);
  return now().getTime() < session.until ? session : undefined;
}

/** Gives the browser a session; scripts cannot read it and other sites cannot send it. */
export async function beginSession(
  c: Context,
  { token, services }: { token: string; services: ApprovalServices & { scheme: string } },
): Promise<void> {
  const { seal, now, publicUrl, scheme } = services;
  const until = now().getTime() + SECONDS * 1000;
  const session: PageSession = { token, csrf: crypto.randomUUID(), until };
  setCookie(c, COOKIE, await seal.seal(JSON.stringify(session)), {
    path: PATH,
    httpOnly: true,
    sameSite: "Strict",
    secure: scheme === "https" || publicUrl.startsWith("https:"),
    maxAge: SECONDS,
  });
}

export function endSession(c: Context): void {
  deleteCookie(c, COOKIE, { path: PATH });
}
