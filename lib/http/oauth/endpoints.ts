import type { Context, Hono, MiddlewareHandler } from "hono";
import { cors } from "hono/cors";
import { AppError, messageOf } from "../../errors.ts";
import { metadataOf, PLACES } from "../../oauth/own_metadata.ts";
import { type OAuthCode, OAuthError } from "../../oauth/own_error.ts";
import { failedLogin } from "../authentication.ts";
import { readJsonBody } from "../body.ts";
import { readForm } from "../pages/form.ts";
import { refusedHeader } from "../origin.ts";
import { type Env, messagesOf } from "../request.ts";
import type { Services } from "./services.ts";

const METADATA = "/.well-known/oauth-authorization-server";
/** Of errors that are no fault of the request's form. */
const STATUS: { readonly [Code in OAuthCode]?: 401 | 429 } = {
  invalid_client: 401,
  temporarily_unavailable: 429,
};
const MOST_METADATA_BYTES = 8_192;

/**
 * What clients ask by themselves. Pages of any origin may: nothing here is done in the name of whoever
 * looks at them.
 */
export function serveClients(app: Hono<Env>, services: Services): void {
  const { oauth, limits } = services;
  const places = [METADATA, PLACES.token, PLACES.register, PLACES.revoke];
  for (const place of places) app.use(place, anyOrigin(services));
  app.get(METADATA, (c) => c.json(metadataOf(oauth.issuer)));
  app.post(PLACES.register, (c) =>
    answering(c, services, async () => {
      const wait = await limits.stranger(addressOf(c, services));
      if (wait !== undefined) return later(c, wait);
      const read = await readJsonBody(c.req.raw, { maxBytes: MOST_METADATA_BYTES });
      if ("refused" in read) {
        throw new OAuthError(
          "invalid_client_metadata",
          "Cannot register: send a small JSON object",
        );
      }
      return c.json(await oauth.clients.register(read.body), 201);
    }));
  app.post(PLACES.token, (c) =>
    answering(c, services, async () => {
      const form = await formOf(c);
      return c.json(
        await oauth.tokens.exchange(
          form,
          (event) => oauth.trail.happened(event, placeOf(c, services)),
        ),
      );
    }));
  app.post(PLACES.revoke, (c) =>
    answering(c, services, async () => {
      const form = await formOf(c);
      try {
        await oauth.tokens.revoke(
          form,
          (event) => oauth.trail.happened(event, placeOf(c, services)),
        );
      } catch (error) {
        if (!(error instanceof OAuthError) || error.code !== "invalid_grant") throw error;
        // What is unknown is ended already (RFC 7009, 2.2); guessing counts all the same.
        const wait = await noteRefusal(c, { services, error });
        if (wait !== undefined) return later(c, wait);
      }
      return c.body(null, 200);
    }));
}

/** Notes a refused request; resolves with the seconds to wait where the address has guessed too often. */
export async function noteRefusal(
  c: Context<Env>,
  { services, error }: { services: Services; error: OAuthError },
): Promise<number | undefined> {
  const { message, cause: why } = error;
  const cause = new Error(why ? `${message}: ${messageOf(why)}` : message);
  return await failedLogin(c, {
    services,
    token: error.guess,
    address: addressOf(c, services),
    error: new AppError("unauthorized", message, { cause }),
  });
}

export function addressOf(c: Context<Env>, services: Services): string {
  return services.address(c.env.peer, c.req.raw.headers);
}

export function placeOf(c: Context<Env>, services: Services) {
  return { address: addressOf(c, services), requestId: c.get("requestId") };
}

async function answering(
  c: Context<Env>,
  services: Services,
  work: () => Promise<Response>,
): Promise<Response> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof OAuthError) {
      const wait = await noteRefusal(c, { services, error });
      if (wait !== undefined) return later(c, wait);
      const { code, message } = error;
      return c.json({ error: code, error_description: message }, STATUS[code] ?? 400);
    }
    if (!(error instanceof AppError)) throw error;
    services.strangers.write("error", {
      message: `Sign-in failed: ${error.message}`,
      path: c.req.path,
      fields: { request_id: c.get("requestId") },
    });
    return c.json({ error: "temporarily_unavailable" }, 503, { "retry-after": "5" });
  }
}

async function formOf(c: Context<Env>): Promise<URLSearchParams> {
  const form = await readForm(c.req.raw);
  if (form !== null) return form;
  throw new OAuthError("invalid_request", "Cannot read the request: send a small form");
}

function later(c: Context<Env>, seconds: number): Response {
  return c.json(
    { error: "temporarily_unavailable", error_description: messagesOf(c).rateExceeded },
    429,
    { "retry-after": String(seconds) },
  );
}

function anyOrigin({ origin, scheme }: Services): MiddlewareHandler<Env> {
  const open = cors({ origin: "*", allowMethods: ["GET", "POST"], maxAge: 3600 });
  return async (c, next) => {
    if (refusedHeader(origin, c.req.raw, scheme) === "host") {
      return c.json(
        { error: "invalid_request", error_description: messagesOf(c).hostRefused },
        403,
      );
    }
    return await open(c, next);
  };
}
