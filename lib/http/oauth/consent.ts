import type { Context } from "hono";
import { includesScope, lesserScope, type Scope, SCOPES } from "../../auth/scope.ts";
import type { TokenRecord } from "../../auth/accounts.ts";
import { AppError } from "../../errors.ts";
import { narrow, type Reach, REACHES, reachText } from "../../oauth/own_reach.ts";
import type { Choice } from "../../oauth/own_grants.ts";
import type { Request } from "../../oauth/own_seals.ts";
import type { Env } from "../request.ts";
import { told } from "../pages/answer.tsx";
import { type Person, personOf } from "../pages/person.ts";
import { sentForm } from "../pages/sent.ts";
import { wordsIn as pageWordsIn } from "../pages/words.ts";
import { placeOf } from "./endpoints.ts";
import { offer } from "./offer.tsx";
import type { PeopleServices } from "./services.ts";
import { DAYS } from "./view.tsx";
import { wordsIn } from "./words.ts";

const DAY_MS = 86_400_000;

/** Takes a person's answer and sends it to the client. Nothing in the form can add to what the page offered. */
export async function decide(c: Context<Env>, services: PeopleServices): Promise<Response> {
  const { oauth } = services;
  const words = wordsIn(c.get("language"));
  const refuse = (text: string, status: 400 | 403 | 503 = 400) =>
    told(c, { title: words.notPossible, text, status });
  const form = await sentForm(c, services);
  const request = await oauth.seals.request.open(form?.get("request") ?? "");
  const isLate = request !== undefined && request.expires <= oauth.now().getTime();
  if (form === null || request === undefined || isLate) return await refuse(words.stale);
  const person = await personOf(c, services);
  if (person === undefined || form.get("csrf") !== person.visitor.csrf) {
    return await refuse(words.stale, 403);
  }
  const wish = form.get("do");
  if (wish !== "allow" && wish !== "deny") return await refuse(words.stale);
  const [record] = await oauth.accounts.findTokensById([person.principal.tokenId]);
  if (record === undefined) return await refuse(words.stale, 403);
  const choice = wish === "deny"
    ? null
    : choiceOf(form, { request, person, record, now: oauth.now() });
  if (choice !== null && "flaw" in choice) {
    const { flaw } = choice;
    if (flaw === null) return await refuse(words.stale);
    const sealed = form.get("request") ?? "";
    return await offer(c, { request, sealed, person, flawed: { form, flaw } });
  }
  try {
    await oauth.trail.admit();
    const expires = new Date(request.expires);
    if (!await oauth.spent.spend(`sign-in ${request.nonce}`, { expires })) {
      return await refuse(words.stale);
    }
    return await finish(c, { services, request, person, choice });
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    services.log.error(`Sign-in failed: ${error.message}`, { request_id: c.get("requestId") });
    return await refuse(pageWordsIn(c.get("language")).later, 503);
  }
}

async function finish(
  c: Context<Env>,
  { services, request, person: { principal, signIn }, choice }: {
    services: PeopleServices;
    request: Request;
    person: Person;
    choice: Choice | null;
  },
): Promise<Response> {
  const { trail, grants, issuer } = services.oauth;
  const { redirect, state } = request;
  const decision = { ...placeOf(c, services), request, user: principal.user };
  if (choice === null) {
    const { tokenId, tokenName } = principal;
    await trail.decided({ ...decision, tokenId, tokenName, granted: null });
    return sendBack(c, { redirect, state, issuer, answer: { error: "access_denied" } });
  }
  // A browser's session ends soon, and may end before what was let in by it.
  const letInBy = signIn === undefined ? principal.tokenId : null;
  const made = await grants.open(request, { username: principal.user, choice, letInBy });
  const { scope, until, limits } = choice;
  const reach = REACHES.map((kind) => [kind, reachText(limits, kind)]).filter(([, text]) => text);
  await trail.decided({
    ...decision,
    tokenId: made.tokenId,
    tokenName: made.tokenName,
    granted: {
      scope,
      until: until.toISOString(),
      by_token_id: principal.tokenId,
      ...Object.fromEntries(reach),
      ...(limits?.needsApproval ? { needs_approval: true } : {}),
    },
  });
  return sendBack(c, { redirect, state, issuer, answer: { code: made.code } });
}

/** What the person chose, if it is no more than what the client asked for and the person has. */
function choiceOf(
  form: URLSearchParams,
  { request, person: { principal, signIn }, record, now }: {
    request: Request;
    person: Person;
    /** The token of the person's session. */
    record: TokenRecord;
    now: Date;
  },
): Choice | { readonly flaw: Reach | null } {
  const scope = SCOPES.find((each) => each === form.get("scope"));
  const days = DAYS.find((each) => String(each) === form.get("days"));
  const most: Scope = lesserScope(request.asked ?? "admin", principal.scope);
  if (scope === undefined || days === undefined || !includesScope(most, scope)) {
    return { flaw: null };
  }
  const fields = Object.fromEntries(REACHES.map((kind) => [kind, form.get(kind) ?? ""]));
  const narrowed = narrow(principal.limits, {
    fields: fields as Record<Reach, string>,
    needsApproval: form.has("approval"),
  });
  if ("flaw" in narrowed) return narrowed;
  // A session of the browser ends soon, and is no limit of the person's; a token that was pasted is.
  const end = signIn === undefined ? record.expires?.getTime() ?? Infinity : Infinity;
  const until = Math.min(now.getTime() + days * DAY_MS, end);
  return {
    scope,
    limits: narrowed.limits,
    until: new Date(until),
    allowedIps: record.allowedIps,
  };
}

/** Sends the browser back to the client, which is told who answers (RFC 9207). */
export function sendBack(
  c: Context<Env>,
  { redirect, state, issuer, answer }: {
    redirect: string;
    state: string | null;
    issuer: string;
    answer: Record<string, string>;
  },
): Response {
  const params = new URLSearchParams({ ...answer, ...(state === null ? {} : { state }) });
  params.set("iss", issuer);
  c.header("referrer-policy", "no-referrer");
  return c.redirect(`${redirect}${redirect.includes("?") ? "&" : "?"}${params}`, 303);
}
