import type { Context } from "hono";
import { html } from "hono/html";
import type { Child } from "hono/jsx";
import type { Env } from "../request.ts";
import { Page, type PageProps, Told } from "./layout.tsx";
import { policy } from "./style.ts";
import { wordsIn } from "./words.ts";

export interface Answer extends Omit<PageProps, "language"> {
  readonly view: Child;
  readonly status?: 200 | 400 | 401 | 403 | 404 | 409 | 429 | 503;
  /** Where, beside here, its forms may lead in the end: `https://client.example/callback`. */
  readonly leadsTo?: string;
}

/** Sends a page, in the caller's language, that lets nothing in and cannot be framed. */
export function show(
  c: Context<Env>,
  { view, status = 200, leadsTo, ...props }: Answer,
): Response | Promise<Response> {
  const language = c.get("language");
  const page = <Page language={language} {...props}>{view}</Page>;
  return c.html(html`<!doctype html>${page}`, status, {
    "content-language": language,
    "content-security-policy": policy({ script: props.script ?? false, leadsTo }),
    // A form that is sent must name its origin.
    "referrer-policy": "same-origin",
    "x-frame-options": "DENY",
  });
}

/** A page that says one thing. */
export function told(
  c: Context<Env>,
  { text, hint, title, mood = "bad", ...answer }:
    & Omit<Answer, "view" | "title">
    & { text: string; hint?: Child; title?: string; mood?: "good" | "bad" | "" },
): Response | Promise<Response> {
  const heading = title ?? wordsIn(c.get("language")).notPossible;
  const view = (
    <div class="card">
      <h1>{heading}</h1>
      <Told mood={mood}>{text}</Told>
      {hint === undefined ? null : <p class="dim">{hint}</p>}
    </div>
  );
  return show(c, { ...answer, title: heading, view });
}
