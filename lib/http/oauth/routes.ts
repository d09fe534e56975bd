import type { Context, Hono } from "hono";
import { lesserScope } from "../../auth/scope.ts";
import type { Client } from "../../oauth/own_clients.ts";
import { OAuthError } from "../../oauth/own_error.ts";
import { PLACES } from "../../oauth/own_metadata.ts";
import { placeOf as shownPlace, sourceOf } from "../../oauth/own_redirects.ts";
import { readRequest, redirectOf, stateOf } from "../../oauth/own_request.ts";
import type { Request } from "../../oauth/own_seals.ts";
import type { Env } from "../request.ts";
import { answer, askWho, told } from "./answer.ts";
import { decide, sendBack } from "./consent.ts";
import { addressOf, noteRefusal } from "./endpoints.ts";
import type { Services } from "./services.ts";
import { consentView } from "./view.ts";
import { enterOrLeave, presentOf } from "./visitor.ts";
import { wordsIn } from "./words.ts";

const LONGEST_QUERY = 8_000;

/** The pages on which people let clients in. */
export function servePeople(app: Hono<Env>, services: Services): void {
  app.get(PLACES.authorize, (c) => authorize(c, services));
  app.post("/oauth/sign-in", (c) => enterOrLeave(c, services));
  app.post("/oauth/consent", (c) => decide(c, services));
}

async function authorize(c: Context<Env>, services: Services): Promise<Response> {
  const { oauth, limits } = services;
  const words = wordsIn(c.get("language"));
  if (await limits.stranger(addressOf(c, services)) !== undefined) {
    return await told(c, { text: words.wait, status: 429 });
  }
  const { pathname, search, searchParams: params } = new URL(c.req.url);
  let client: Client;
  let redirect: string;
  try {
    if (search.length > LONGEST_QUERY) {
      throw new OAuthError("invalid_request", "Cannot sign in: the request is too long");
    }
    client = await oauth.clients.find(params.get("client_id") ?? "");
    redirect = redirectOf(params, client);
  } catch (error) {
    return await refuse(c, { services, error });
  }
  let request: Request;
  try {
    request = readRequest(params, { client, redirect, resource: oauth.resource, now: oauth.now() });
  } catch (error) {
    // Whoever registers an address could else have this server send people there.
    if (!(error instanceof OAuthError) || !isTrusted(client, redirect)) {
      return await refuse(c, { services, error });
    }
    await noteRefusal(c, { services, error });
    const { code, message } = error;
    const told = { error: code, error_description: message };
    return sendBack(c, { redirect, state: stateOf(params), issuer: oauth.issuer, answer: told });
  }
  const next = pathname + search;
  const present = await presentOf(c, services);
  if (present === undefined) return await askWho(c, { next });
  const { principal, visitor } = present;
  const view = consentView(words, {
    request,
    sealed: await oauth.seals.request.seal(request),
    csrf: visitor.csrf,
    most: lesserScope(request.asked ?? "admin", principal.scope),
    limits: principal.limits,
  });
  return await answer(c, { view, visitor, next, client: sourceOf(redirect) });
}

/** An address of this very machine, or one that the client's own host names. */
function isTrusted(client: Client, redirect: string): boolean {
  return redirect.startsWith("http:") || client.host === shownPlace(redirect);
}

/** Nobody is sent anywhere. */
async function refuse(
  c: Context<Env>,
  { services, error }: { services: Services; error: unknown },
): Promise<Response> {
  if (!(error instanceof OAuthError)) throw error;
  const wait = await noteRefusal(c, { services, error });
  const words = wordsIn(c.get("language"));
  return wait === undefined
    ? await told(c, { text: error.message })
    : await told(c, { text: words.wait, status: 429 });
}
