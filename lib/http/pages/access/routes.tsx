import type { Context, Hono } from "hono";
import { AppError } from "../../../errors.ts";
import type { Env } from "../../request.ts";
import { type Answer, show, told } from "../answer.tsx";
import { type Person, personOf, toSignIn } from "../person.ts";
import { sentForm } from "../sent.ts";
import type { PageApp } from "../services.ts";
import { endSession } from "../session.ts";
import { browserName } from "../sign_in/browser.ts";
import { addingBy, grant } from "./deeds.ts";
import { type Access, accessOf } from "./held.ts";
import { type AccessProps, AccessView } from "./view.tsx";
import { wordsIn as pageWordsIn } from "../words.ts";
import { DONE, wordsIn } from "./words.ts";

const PAGE = "/my-access";

/** Where people see and end what has access in their name, and keep what they sign in with. */
export function serveAccess(app: Hono<Env>, services: PageApp): void {
  for (const [method, answer] of [["GET", see], ["POST", change]] as const) {
    app.on(method, PAGE, (c) =>
      answer(c, services).catch((error) => {
        if (!(error instanceof AppError)) throw error;
        services.log.error(`Cannot show or change access: ${error.message}`);
        return told(c, { text: pageWordsIn(c.get("language")).later, status: 503 });
      }));
  }
}

async function see(c: Context<Env>, services: PageApp): Promise<Response> {
  const person = await personOf(c, services);
  if (person === undefined) return toSignIn(c, { next: PAGE });
  const done = DONE.find((done) => done === c.req.query("done"));
  const access = await accessOf(person, services);
  return await page(c, { services, person, access, ...done ? { done } : {} });
}

async function change(c: Context<Env>, services: PageApp): Promise<Response> {
  const { trouble } = wordsIn(c.get("language"));
  const form = await sentForm(c, services);
  if (form === null) return await told(c, { text: trouble.stale, status: 400 });
  const person = await personOf(c, services);
  if (person === undefined) return toSignIn(c, { next: PAGE });
  const { visitor } = person;
  if (form.get("csrf") !== visitor.csrf) {
    return await told(c, { text: trouble.stale, status: 403, visitor });
  }
  const access = await accessOf(person, services);
  const outcome = await grant(c, { services, person, access, form });
  if ("trouble" in outcome) {
    const status = outcome.trouble === "wait" ? 429 : 409;
    return await page(c, { services, person, access, trouble: outcome.trouble, status });
  }
  if (outcome.done !== "ended_this") return c.redirect(`${PAGE}?done=${outcome.done}`, 303);
  endSession(c, services);
  return toSignIn(c, { next: PAGE });
}

async function page(
  c: Context<Env>,
  { services, person, access, status, ...came }:
    & { services: PageApp; person: Person; access: Access }
    & Pick<AccessProps, "done" | "trouble">
    & Pick<Answer, "status">,
): Promise<Response> {
  const { visitor, principal } = person;
  const language = c.get("language");
  const { own } = services.pages;
  const passkey = access.own && own?.site && {
    ...await own.challenges.make(addingBy(person)),
    ...own.site,
    name: browserName(c.req.header("user-agent")).replace(/^browser: /, ""),
  };
  const view = (
    <AccessView
      language={language}
      access={access}
      visitor={visitor}
      userId={principal.userId}
      offersOwn={own !== null}
      passkey={passkey ?? undefined}
      {...came}
    />
  );
  const { title } = wordsIn(language);
  const script = passkey !== null && passkey !== undefined;
  return await show(c, { title, view, visitor, script, ...status ? { status } : {} });
}
