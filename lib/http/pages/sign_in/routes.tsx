import type { Context, Hono } from "hono";
import { AppError } from "../../../errors.ts";
import { failedLogin } from "../../authentication.ts";
import type { Env } from "../../request.ts";
import { show, told } from "../answer.tsx";
import { keep } from "../audit.ts";
import { ownPath } from "../own_path.ts";
import { SCRIPT } from "../passkey/script.ts";
import { ownSignIn, personOf, toSignIn } from "../person.ts";
import { sentForm } from "../sent.ts";
import type { PageApp } from "../services.ts";
import { endSession } from "../session.ts";
import { wordsIn as pageWordsIn } from "../words.ts";
import { byPasskey, byPassword, type Refusal } from "./attempts.ts";
import { letBearerIn, letIn } from "./enter.ts";
import { SignInView } from "./view.tsx";
import { wordsIn } from "./words.ts";

const HOME = "/my-access";
const STATUS = { wrong: 401, wait: 429, stale: 400 } as const;

/** What went wrong, and what the form holds of the attempt. */
interface Problem {
  readonly text: string;
  readonly status: 400 | 401 | 429 | 503;
  readonly by: "password" | "passkey" | "token";
}

/** Where people sign in, with whatever the site has, and out. */
export function serveSignIn(app: Hono<Env>, services: PageApp): void {
  app.get("/sign-in", (c) => signInPage(c, { services, next: ownPath(c.req.query("next")) }));
  app.post("/sign-in", async (c) => {
    const form = await sentForm(c, services);
    if (form === null) {
      const { stale } = wordsIn(c.get("language"));
      return signInPage(c, { services, problem: { text: stale, status: 400, by: "password" } });
    }
    return await enter(c, { services, form });
  });
  app.post("/sign-out", (c) => leave(c, services));
  app.get("/passkey.js", (c) => c.body(SCRIPT, 200, { "content-type": "text/javascript" }));
}

async function enter(
  c: Context<Env>,
  { services, form }: { services: PageApp; form: URLSearchParams },
): Promise<Response> {
  const { own } = services.pages;
  const language = c.get("language");
  const words = { ...pageWordsIn(language), ...wordsIn(language) };
  const next = ownPath(form.get("next"));
  const refuse = (problem: Problem) =>
    signInPage(c, { services, next, problem, username: form.get("username") ?? undefined });
  const by = form.get("do");
  try {
    if (by === "token") {
      const refusal = await byToken(c, { services, form });
      if (refusal) {
        const text = refusal === "wrong" ? words.wrongToken : words[refusal];
        return await refuse({ text, status: STATUS[refusal], by });
      }
    } else if (own !== null && (by === "password" || by === "passkey")) {
      const user = by === "password"
        ? await byPassword(c, { services, own, form })
        : await byPasskey(c, { services, own, form });
      if (typeof user === "string") {
        const wrong = by === "password" ? words.wrong : words.wrongPasskey;
        const text = user === "wrong" ? wrong : words[user];
        return await refuse({ text, status: STATUS[user], by });
      }
      await letIn(c, { services, user, by });
    } else {
      return await refuse({ text: words.stale, status: 400, by: "password" });
    }
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    services.strangers.write("error", {
      message: `Sign-in could not be decided: ${error.message}`,
      path: c.req.path,
      fields: { address: services.address(c.env.peer, c.req.raw.headers) },
    });
    return await refuse({ text: words.later, status: 503, by: "password" });
  }
  return c.redirect(next ?? HOME, 303);
}

/** Signs in with a token; wrong ones count as they do everywhere. */
async function byToken(
  c: Context<Env>,
  { services, form }: { services: PageApp; form: URLSearchParams },
): Promise<Refusal | undefined> {
  const token = (form.get("token") ?? "").trim();
  const address = services.address(c.env.peer, c.req.raw.headers);
  try {
    const principal = await services.authenticate(token, address);
    if (await services.limits.request(principal.tokenId) !== undefined) return "wait";
    await ownSignIn(services, principal);
    c.set("principal", principal);
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== "unauthorized") throw error;
    const lockedOut = await failedLogin(c, { services, token, address, error });
    return lockedOut === undefined ? "wrong" : "wait";
  }
  await letBearerIn(c, { services, token });
  return undefined;
}

async function leave(c: Context<Env>, services: PageApp): Promise<Response> {
  const form = await sentForm(c, services);
  const { stale } = pageWordsIn(c.get("language"));
  if (form === null) return await told(c, { text: stale, status: 400 });
  const person = await personOf(c, services);
  if (person === undefined) return toSignIn(c, { next: HOME });
  const { visitor, principal, signIn } = person;
  if (form.get("csrf") !== visitor.csrf) {
    return await told(c, { text: stale, status: 403, visitor });
  }
  endSession(c, services);
  if (signIn?.kind === "browser") await services.pages.accounts.revokeToken(principal.tokenId);
  const token = { id: principal.tokenId, name: principal.tokenName };
  await keep(c, { services, action: "sign_out", user: principal.user, token });
  return toSignIn(c, { next: ownPath(form.get("next")) ?? HOME });
}

async function signInPage(
  c: Context<Env>,
  { services, next, problem, username }: {
    services: PageApp;
    next?: string | undefined;
    problem?: Problem;
    username?: string | undefined;
  },
): Promise<Response> {
  const words = wordsIn(c.get("language"));
  const { own } = services.pages;
  const passkey = own?.site && { ...await own.challenges.make("sign_in"), ...own.site };
  const view = SignInView({
    words,
    next,
    problem: problem?.text,
    username,
    own: own !== null,
    passkey,
    withToken: problem?.by === "token",
  });
  const status = problem?.status ?? 200;
  return await show(c, { title: words.title, view, status, script: passkey !== undefined });
}
