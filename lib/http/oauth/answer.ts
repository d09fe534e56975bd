import type { Context } from "hono";
import { toldView, type Visitor } from "../approve/view.ts";
import type { Env } from "../request.ts";
import { policyOf } from "./style.ts";
import { type Html, page, signInView } from "./view.ts";
import { wordsIn } from "./words.ts";

type Status = 200 | 400 | 401 | 403 | 429 | 503;

/** @param options.client where the page's form may lead besides here */
export function answer(
  c: Context<Env>,
  { view, status = 200, visitor, next, client }: {
    view: Html;
    status?: Status;
    visitor?: Visitor;
    next?: string;
    client?: string;
  },
): Response | Promise<Response> {
  const language = c.get("language");
  return c.html(page(language, { body: view, visitor, next }), status, {
    "content-language": language,
    "content-security-policy": policyOf(client),
    // A form that is sent must name its origin.
    "referrer-policy": "same-origin",
    "x-frame-options": "DENY",
  });
}

/** Says why it cannot go on. */
export function told(
  c: Context<Env>,
  { text, status = 400 }: { text: string; status?: Status },
): Response | Promise<Response> {
  const { notPossible } = wordsIn(c.get("language"));
  return answer(c, { view: toldView({ title: notPossible, text, mood: "bad" }), status });
}

/** Asks who it is, and goes on at `next` then. */
export function askWho(
  c: Context<Env>,
  { next, problem, status = 200 }: {
    next: string;
    problem?: string;
    status?: Status;
  },
): Response | Promise<Response> {
  return answer(c, { view: signInView(wordsIn(c.get("language")), { next, problem }), status });
}
