import { html, raw } from "hono/html";
import type { TokenLimits } from "../../auth/limits.ts";
import { type Scope, SCOPES } from "../../auth/scope.ts";
import { REACHES, reachText } from "../../oauth/own_reach.ts";
import { placeOf } from "../../oauth/own_redirects.ts";
import type { Request } from "../../oauth/own_seals.ts";
import type { Words } from "./words.ts";

type Html = ReturnType<typeof html>;

/** For how many days a person may let a client in, the last one unless another is chosen. */
export const DAYS = [1, 7, 30, 90] as const;

/** What a client asks for, and what the person may make of it. */
export function consentView(
  words: Words,
  { request, sealed, csrf, most, limits }: {
    request: Request;
    sealed: string;
    csrf: string;
    /** The most that can be granted. */
    most: Scope;
    limits: TokenLimits | null;
  },
): Html {
  const { name, host, redirect, asked } = request;
  const scopes = SCOPES.slice(0, SCOPES.indexOf(most) + 1);
  const chosen = asked === null ? "user" : most;
  const approval = limits?.needsApproval ?? false;
  const onThisComputer = new URL(redirect).protocol === "http:";
  return html`<div class="card">
    <h1>“${name}” ${words.asks}</h1>
    ${
    host === null
      ? html`<p class="tell" role="note">${words.unverified}</p>`
      : html`<p class="tell good" role="note">${words.verified(host)}</p>`
  }
    <p>${words.backTo} <strong>${
    onThisComputer ? words.thisComputer : placeOf(redirect)
  }</strong></p>
    <form method="post" action="/oauth/consent" autocomplete="off">
      <input type="hidden" name="csrf" value="${csrf}">
      <input type="hidden" name="request" value="${sealed}">
      <fieldset><legend>${words.may}</legend>
        ${
    scopes.map((scope) =>
      html`
        <label
          class="pick"><input type="radio" name="scope" value="${scope}"${scope === chosen
            ? raw(" checked")
            : ""}><span><code>${scope}</code>: ${words.scopes[scope]}</span></label>
      `
    )
  }
      </fieldset>
      <fieldset><legend>${words.reach}</legend>
        <p class="dim">${words.reachWhy} ${keepsTools(limits) ? words.kept : ""}</p>
        ${
    REACHES.map((reach) =>
      html`
        <label for="${reach}">${words.reaches[reach]}</label>
        <input id="${reach}" type="text" name="${reach}" value="${reachText(limits, reach)}"
          placeholder="${words.all}" maxlength="500" spellcheck="false">
      `
    )
  }
        <label class="pick"><input type="checkbox" name="approval" value="yes"${
    approval ? raw(" checked disabled") : ""
  }><span>${words.approval}</span></label>
      </fieldset>
      <fieldset>
        <legend>${words.days}</legend>
        <div class="row">
        ${
    DAYS.map((days) =>
      html`
        <label
          class="pick"><input type="radio" name="days" value="${days}"${days === DAYS.at(-1)
            ? raw(" checked")
            : ""}><span>${words.day(days)}</span></label>
      `
    )
  }
      </div>
      </fieldset>
      <div class="choice">
        <button class="yes" name="do" value="allow">${words.allow}</button>
        <button class="no" name="do" value="deny">${words.deny}</button>
      </div>
    </form>
  </div>`;
}

function keepsTools(limits: TokenLimits | null): boolean {
  return limits !== null && (limits.toolsAllow !== null || limits.toolsDeny.length > 0);
}
