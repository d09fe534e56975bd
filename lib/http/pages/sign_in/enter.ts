import type { Context } from "hono";
import type { UserRecord } from "../../../auth/accounts.ts";
import { permissionOf, scopeOfUser } from "../../../auth/scope.ts";
import { generateToken, hashToken } from "../../../auth/token.ts";
import type { Env } from "../../request.ts";
import { keep } from "../audit.ts";
import { personOf } from "../person.ts";
import type { PageApp } from "../services.ts";
import { beginSession, rememberBrowser } from "../session.ts";
import { browserName } from "./browser.ts";

const BROWSER_SECONDS = 12 * 60 * 60;
/** A token that was pasted outlasts its session, and may be anybody's after that. */
const PASTED_SECONDS = 15 * 60;

/** Lets somebody in whose password or passkey was right: makes a token for this browser alone. */
export async function letIn(
  c: Context<Env>,
  { services, user, by }: { services: PageApp; user: UserRecord; by: "password" | "passkey" },
): Promise<void> {
  const { pages } = services;
  const { signIns, accounts, now, publicUrl } = pages;
  if (signIns === null) throw new Error("there is no place for sign-ins");
  await pages.audit.admit();
  const before = await personOf(c, services);
  const token = generateToken();
  const createdAt = now();
  const { id, name } = await signIns.open({
    username: user.username,
    name: browserName(c.req.header("user-agent")),
    tokenHash: hashToken(token),
    permission: permissionOf(scopeOfUser(user)),
    expires: new Date(createdAt.getTime() + BROWSER_SECONDS * 1000),
    allowedIps: "",
    createdAt,
  }, { kind: "browser", issuer: publicUrl, clientId: "", clientName: "", grant: null });
  if (before?.signIn?.kind === "browser") await accounts.revokeToken(before.principal.tokenId);
  await beginSession(c, { token, seconds: BROWSER_SECONDS, services });
  await rememberBrowser(c, { user: user.username, services });
  const told = { by };
  await keep(c, { services, action: "sign_in", user: user.username, token: { id, name }, told });
}

/** Lets the bearer of a token in that was pasted, for a while. */
export async function letBearerIn(
  c: Context<Env>,
  { services, token }: { services: PageApp; token: string },
): Promise<void> {
  const { user, tokenId, tokenName } = c.get("principal");
  await beginSession(c, { token, seconds: PASTED_SECONDS, services });
  const told = { by: "token" };
  await keep(c, {
    services,
    action: "sign_in",
    user,
    token: { id: tokenId, name: tokenName },
    told,
  });
}
