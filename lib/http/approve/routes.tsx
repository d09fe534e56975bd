import type { Context, Hono } from "hono";
import type { Principal } from "../../auth/principal.ts";
import type { CallResult } from "../../mcp/call_request.ts";
import { type Answer, show, told } from "../pages/answer.tsx";
import { personOf, toSignIn } from "../pages/person.ts";
import { sentForm } from "../pages/sent.ts";
import type { PageApp } from "../pages/services.ts";
import { callerOf, type Env } from "../request.ts";
import { PlanView } from "./view.tsx";
import { wordsIn } from "./words.ts";

const WINDOW_MS = 60_000;
const MOST_BYTES = 8_192;
/** What no plan's id can be is no page, and never an address that a browser is sent to. */
const PAGE = "/approve/:id{[a-z0-9]{1,40}}";

/**
 * The page on which a person decides about a plan. It is a door like the others: what is seen and decided
 * on it are calls of tools by the token that has signed in, with their scope, limits and audit rows.
 */
export function servePlans(app: Hono<Env>, services: PageApp): void {
  app.get(PAGE, (c) => showPlan(c, services));
  app.post(PAGE, (c) => decide(c, services));
}

async function decide(c: Context<Env>, services: PageApp): Promise<Response> {
  const words = wordsIn(c.get("language"));
  const form = await sentForm(c, services, { most: MOST_BYTES });
  if (form === null) return await refuse(c, { text: words.stale, status: 400 });
  const person = await personOf(c, services);
  if (person === undefined) return toSignIn(c);
  const { visitor, principal } = person;
  if (form.get("csrf") !== visitor.csrf) {
    return await refuse(c, { text: words.stale, status: 403, visitor });
  }
  const wish = form.get("do");
  if (wish !== "approve" && wish !== "deny") {
    return await refuse(c, { text: words.stale, status: 400, visitor });
  }
  const deny = wish === "deny";
  const result = await call(c, {
    services,
    principal,
    tool: "approve_plan",
    input: { id: idOf(c), ...deny ? { deny } : {} },
  });
  if (result.kind !== "done") {
    return await refuse(c, { text: reasonOf(result), status: 409, visitor });
  }
  const next = c.req.path;
  return deny
    ? await told(c, { title: words.denied, text: words.deniedNext, mood: "", visitor, next })
    : await told(c, {
      title: words.approved,
      text: words.approvedNext,
      hint: <a href={next}>{words.takeBack}</a>,
      mood: "good",
      visitor,
      next,
    });
}

async function showPlan(c: Context<Env>, services: PageApp): Promise<Response> {
  const person = await personOf(c, services);
  if (person === undefined) return toSignIn(c);
  const { visitor, principal } = person;
  const input = { id: idOf(c) };
  const result = await call(c, { services, principal, tool: "get_plans", input });
  if (result.kind !== "done") {
    return await refuse(c, { text: reasonOf(result), status: 404, visitor });
  }
  const [plan] = result.finished.value.plans as Record<string, unknown>[];
  const language = c.get("language");
  const view = <PlanView language={language} plan={plan ?? {}} visitor={visitor} />;
  return await show(c, { title: wordsIn(language).title, view, visitor, next: c.req.path });
}

function call(
  c: Context<Env>,
  { services, principal, tool, input }: {
    services: PageApp;
    principal: Principal;
    tool: "approve_plan" | "get_plans";
    input: { readonly id: string };
  },
): Promise<CallResult> {
  c.set("principal", principal);
  const expires = new Date(services.pages.now().getTime() + WINDOW_MS);
  return services.pages.call({
    ...callerOf(c, "page"),
    tool,
    arguments: input,
    signal: c.req.raw.signal,
    progress: () => {},
    // Who presses the button has been shown the plan of this id, which never changes.
    confirmation: "accepted",
    answered: { nonce: crypto.randomUUID(), version: input.id, expires },
  });
}

function reasonOf(result: CallResult): string {
  return result.kind === "failed" ? result.error.message : "";
}

function idOf(c: Context<Env>): string {
  return c.req.param("id") ?? "";
}

function refuse(
  c: Context<Env>,
  refusal: { text: string } & Pick<Answer, "status" | "visitor">,
): Response | Promise<Response> {
  const { notPossible } = wordsIn(c.get("language"));
  return told(c, { ...refusal, title: notPossible, next: c.req.path });
}
