import { html, raw } from "hono/html";
import type { Language } from "../../mcp/messages.ts";
import { STYLE } from "./style.ts";
import { type Words, wordsIn } from "./words.ts";

type Html = ReturnType<typeof html>;
type Fact = Readonly<Record<string, unknown>>;

/** Who has signed in, for the forms of a page. */
export interface Visitor {
  readonly user: string;
  readonly csrf: string;
}

/** A page of its own, in the caller's language. */
export function page(
  language: Language,
  { body, visitor }: { body: Html; visitor?: Visitor | undefined },
): Html {
  const words = wordsIn(language);
  return html`
    <!doctype html>
    <html lang="${language}">
      <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width,initial-scale=1">
        <meta name="robots" content="noindex">
        <title>${words.title}</title>
        <style>${raw(STYLE)}</style>
      </head>
      <body>
        <header><span>proxmox-mcp</span>${visitor ? signedIn(words, visitor) : ""}</header>
        <main>
          <div class="card">${body}</div>
        </main>
      </body>
    </html>
  `;
}

function signedIn(words: Words, { user, csrf }: Visitor): Html {
  return html`<form method="post">${words.signedInAs} <strong>${user}</strong>
<input type="hidden" name="csrf" value="${csrf}">
<button class="quiet" name="do" value="leave">${words.leave}</button></form>`;
}

/** @param options.problem why the last attempt did not do */
export function signInView(words: Words, { problem }: { problem?: string } = {}): Html {
  return html`
    <h1>${words.title}</h1>
    <p>${words.signInWhy}</p>
    ${problem === undefined ? "" : html`<p class="tell bad" role="alert">${problem}</p>`}
    <form method="post" autocomplete="off">
      <label for="token">${words.token}</label>
      <input id="token" name="token" type="password" required autofocus autocomplete="off"
        spellcheck="false">
      <div class="choice"><button name="do" value="sign_in">${words.continue}</button></div>
    </form>
  `;
}

/** What came of it, or why nothing can. */
export function toldView(
  { title, text, mood }: { title: string; text: string; mood: "good" | "bad" | "" },
): Html {
  return html`<h1>${title}</h1>
<p class="tell ${mood}" role="${mood === "bad" ? "alert" : "status"}">${text}</p>`;
}

/** A plan with everything that is known of it, and the choice. */
export function planView(words: Words, { plan, csrf }: { plan: Fact; csrf: string }): Html {
  const until = String(plan.expires_at).replace("T", " ").replace(/\.\d+Z$/, " UTC");
  const sections: [string, (Html | string)[]][] = [
    [words.about, listOf(plan.about).map(String)],
    [words.guests, listOf(plan.guests).map((guest) => fact(guest, guestText))],
    [words.changes, Object.entries(factOf(plan.changes)).map((entry) => changeView(words, entry))],
    [words.notes, listOf(plan.notes).map(String)],
    [words.checks, listOf(plan.checks).map((check) => fact(check, checkText))],
  ];
  return html`
    <h1>${plan.asked_by} ${words.wantsTo} ${plan.action}</h1>
    <p class="dim">${words.until} <time datetime="${plan.expires_at}">${until}</time>. ${words
      .nothingYet}</p>
    ${sections.filter(([, items]) => items.length > 0).map(([title, items]) =>
      html`
        <h2>${title}</h2>
        <ul>${items.map((item) => html`<li>${item}</li>`)}</ul>
      `
    )}
    <h2>${words.requests}</h2>
    ${listOf(plan.requests).map((request) => fact(request, requestView))}
    <h2>${words.arguments}</h2>
    <pre>${plan.tool} ${JSON.stringify(plan.arguments, null, 2)}</pre>
    <p class="dim">SHA-256 <code>${plan.arguments_sha256}</code></p>
    <form method="post">
      <input type="hidden" name="csrf" value="${csrf}">
      <div class="choice">
        <button class="yes" name="do" value="approve">${words.approve}</button>
        <button class="no" name="do" value="deny">${words.deny}</button>
      </div>
    </form>
  `;
}

/** What was cut says so itself, as a text. */
function fact<T>(value: unknown, view: (fact: Fact) => T): T | string {
  return typeof value === "string" ? value : view(factOf(value));
}

function checkText({ check, ok }: Fact): string {
  return `${ok ? "✓" : "✗"} ${check}`;
}

function guestText({ vmid, name, node, status }: Fact): string {
  return `${vmid}${name === undefined ? "" : ` (${name})`}: ${node}, ${status}`;
}

function changeView(words: Words, [key, change]: [string, unknown]): Html {
  const { from, to } = factOf(change);
  return html`<code>${key}</code>: ${
    from === undefined ? words.nothing : html`<del>${shown(from, words)}</del>`
  } → <ins>${shown(to, words)}</ins>`;
}

function shown(value: unknown, words: Words): string {
  if (value === undefined) return words.nothing;
  return typeof value === "string" ? value : JSON.stringify(value);
}

function requestView({ method, path, body }: Fact): Html {
  const params = Object.entries(factOf(body)).map(([key, value]) =>
    `\n  ${key}: ${typeof value === "string" ? value : JSON.stringify(value)}`
  );
  return html`<pre>${method} ${path}${params.join("")}</pre>`;
}

function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

function factOf(value: unknown): Fact {
  return typeof value === "object" && value !== null ? value as Fact : {};
}
