import type { Context } from "hono";
import { lesserScope } from "../../auth/scope.ts";
import type { Request } from "../../oauth/own_seals.ts";
import { show } from "../pages/answer.tsx";
import type { Person } from "../pages/person.ts";
import type { Env } from "../request.ts";
import { ConsentView, type Flawed } from "./view.tsx";
import { wordsIn } from "./words.ts";

/**
 * The page on which a person decides about a client.
 *
 * @param offer.next where the next sign-in leads, if the person signs out instead
 * @param offer.flawed what the person has sent before
 */
export async function offer(
  c: Context<Env>,
  { request, sealed, person, next, flawed }: {
    request: Request;
    sealed: string;
    person: Person;
    next?: string;
    flawed?: Flawed;
  },
): Promise<Response> {
  const language = c.get("language");
  const { principal, visitor } = person;
  const view = (
    <ConsentView
      language={language}
      request={request}
      sealed={sealed}
      visitor={visitor}
      most={lesserScope(request.asked ?? "admin", principal.scope)}
      limits={principal.limits}
      flawed={flawed}
    />
  );
  return await show(c, {
    title: wordsIn(language).title,
    view,
    visitor,
    next,
    leadsTo: request.redirect,
    status: flawed ? 400 : 200,
  });
}
