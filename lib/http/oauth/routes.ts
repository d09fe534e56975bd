import type { Context, Hono } from "hono";
import type { Client } from "../../oauth/own_clients.ts";
import { OAuthError } from "../../oauth/own_error.ts";
import { PLACES } from "../../oauth/own_metadata.ts";
import { placeOf as shownPlace } from "../../oauth/own_redirects.ts";
import { readRequest, redirectOf, stateOf } from "../../oauth/own_request.ts";
import type { Request } from "../../oauth/own_seals.ts";
import type { Env } from "../request.ts";
import { told } from "../pages/answer.tsx";
import { personOf, toSignIn } from "../pages/person.ts";
import { decide, sendBack } from "./consent.ts";
import { addressOf, noteRefusal } from "./endpoints.ts";
import { offer } from "./offer.tsx";
import type { PeopleServices } from "./services.ts";
import { wordsIn as pageWordsIn } from "../pages/words.ts";
import { wordsIn } from "./words.ts";

/** What comes back from signing in. */
const LONGEST_QUERY = 4_000;

/** The pages on which people let clients in. */
export function servePeople(app: Hono<Env>, services: PeopleServices): void {
  app.get(PLACES.authorize, (c) => authorize(c, services));
  app.post("/oauth/consent", (c) => decide(c, services));
}

async function authorize(c: Context<Env>, services: PeopleServices): Promise<Response> {
  const { oauth, limits } = services;
  const words = wordsIn(c.get("language"));
  if (await limits.stranger(addressOf(c, services)) !== undefined) {
    return await told(c, {
      title: words.notPossible,
      text: pageWordsIn(c.get("language")).wait,
      status: 429,
    });
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
    const answer = { error: code, error_description: message };
    return sendBack(c, { redirect, state: stateOf(params), issuer: oauth.issuer, answer });
  }
  const person = await personOf(c, services);
  if (person === undefined) return toSignIn(c);
  const sealed = await oauth.seals.request.seal(request);
  return await offer(c, { request, sealed, person, next: pathname + search });
}

/** An address of this very machine, or one that the client's own host names. */
function isTrusted(client: Client, redirect: string): boolean {
  return redirect.startsWith("http:") || client.host === shownPlace(redirect);
}

/** Nobody is sent anywhere. */
async function refuse(
  c: Context<Env>,
  { services, error }: { services: PeopleServices; error: unknown },
): Promise<Response> {
  if (!(error instanceof OAuthError)) throw error;
  const wait = await noteRefusal(c, { services, error });
  const words = wordsIn(c.get("language"));
  const title = words.notPossible;
  return wait === undefined
    ? await told(c, { title, text: error.message, hint: words.fault, status: 400 })
    : await told(c, { title, text: pageWordsIn(c.get("language")).wait, status: 429 });
}
