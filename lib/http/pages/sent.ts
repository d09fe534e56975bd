import type { Context } from "hono";
import type { Env } from "../request.ts";
import { readForm } from "./form.ts";
import type { PageApp } from "./services.ts";

/** A signed passkey and the way back are the longest that is sent. */
const MOST_BYTES = 24_576;

/**
 * The form that was sent from a page of this server itself; null for any other. Browsers name the origin of
 * every form, and other sites, even those that may call tools, have no business here.
 */
export async function sentForm(
  c: Context<Env>,
  { pages, scheme }: PageApp,
  { most = MOST_BYTES }: { most?: number } = {},
): Promise<URLSearchParams | null> {
  const origin = c.req.header("origin")?.toLowerCase();
  const own = [
    new URL(pages.publicUrl).origin,
    `${scheme}://${c.req.header("host")}`.toLowerCase(),
  ];
  const form = await readForm(c.req.raw, { most });
  return origin !== undefined && own.includes(origin) ? form : null;
}
