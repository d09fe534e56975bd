import type { Context, Hono } from "hono";
import type { Principal } from "../../auth/principal.ts";
import { AppError } from "../../errors.ts";
import type { CallResult } from "../../mcp/call_request.ts";
import { failedLogin } from "../authentication.ts";
import { personOf } from "../person.ts";
import { callerOf, type Env } from "../request.ts";
import type { AppServices } from "../services.ts";
import { readForm } from "./form.ts";
import type { ApprovalServices } from "./services.ts";
import { beginSession, endSession, sessionOf } from "./session.ts";
import { POLICY } from "./style.ts";
import { page, planView, signInView, toldView, type Visitor } from "./view.ts";
import { wordsIn } from "./words.ts";

type Services = AppServices & { readonly approval: ApprovalServices };
type View = ReturnType<typeof signInView>;

/** A visitor whose token is good now. */
interface Present {
  readonly principal: Principal;
  readonly visitor: Visitor;
}

const WINDOW_MS = 60_000;
/** What no plan's id can be is no page, and never an address that a browser is sent to. */
const PAGE = "/approve/:id{[a-z0-9]{1,40}}";

/**
 * The page on which a person decides about a plan. It is a door like the others: what is seen and decided
 * on it are calls of tools by the token that has signed in, with their scope, limits and audit rows.
 */
export function servePlans(app: Hono<Env>, services: Services): void {
  app.get(PAGE, async (c) => {
    const present = await presentOf(c, services);
    return present === undefined ? signIn(c) : await showPlan(c, { services, present });
  });
  app.post(PAGE, (c) => decide(c, services));
}

async function decide(c: Context<Env>, services: Services): Promise<Response> {
  const words = wordsIn(c.get("language"));
  const form = await readForm(c.req.raw);
  // Browsers name the origin of every form that is sent; which one it may be was checked before.
  if (form === null || !c.req.header("origin")) return told(c, { bad: words.stale, status: 400 });
  const wish = form.get("do");
  if (wish === "sign_in") return await enter(c, { services, token: form.get("token") ?? "" });
  const present = await presentOf(c, services);
  if (present === undefined) return signIn(c);
  const { visitor } = present;
  if (form.get("csrf") !== visitor.csrf) {
    return told(c, { bad: words.stale, status: 403, visitor });
  }
  if (wish === "leave") {
    endSession(c);
    return c.redirect(c.req.path, 303);
  }
  if (wish !== "approve" && wish !== "deny") {
    return told(c, { bad: words.stale, status: 400, visitor });
  }
  const deny = wish === "deny";
  const result = await call(c, {
    services,
    principal: present.principal,
    tool: "approve_plan",
    input: { id: idOf(c), ...deny ? { deny } : {} },
  });
  if (result.kind !== "done") return told(c, { bad: reasonOf(result), status: 409, visitor });
  return answer(c, {
    visitor,
    view: deny
      ? toldView({ title: words.denied, text: words.deniedNext, mood: "" })
      : toldView({ title: words.approved, text: words.approvedNext, mood: "good" }),
  });
}

async function showPlan(
  c: Context<Env>,
  { services, present: { principal, visitor } }: { services: Services; present: Present },
): Promise<Response> {
  const input = { id: idOf(c) };
  const result = await call(c, { services, principal, tool: "get_plans", input });
  if (result.kind !== "done") return told(c, { bad: reasonOf(result), status: 404, visitor });
  const [plan] = result.finished.value.plans as Record<string, unknown>[];
  const view = planView(wordsIn(c.get("language")), { plan: plan ?? {}, csrf: visitor.csrf });
  return answer(c, { view, visitor });
}

/** Signs in with a token; wrong ones count as they do everywhere. */
async function enter(
  c: Context<Env>,
  { services, token: given }: { services: Services; token: string },
): Promise<Response> {
  const words = wordsIn(c.get("language"));
  const token = given.trim();
  const address = services.address(c.env.peer, c.req.raw.headers);
  try {
    const { tokenId } = await personOf(services, { token, address });
    const wait = await services.limits.request(tokenId);
    if (wait !== undefined) return signIn(c, { problem: words.wait, status: 429 });
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    if (error.code !== "unauthorized") return signIn(c, { problem: words.wait, status: 503 });
    const lockedOut = await failedLogin(c, { services, token, address, error });
    if (lockedOut === undefined) return signIn(c, { problem: words.wrongToken, status: 401 });
    return signIn(c, { problem: words.wait, status: 429 });
  }
  await beginSession(c, { token, services: { ...services.approval, scheme: services.scheme } });
  return c.redirect(c.req.path, 303);
}

/** Who has signed in, if the token is still good and its rate is not used up. */
async function presentOf(c: Context<Env>, services: Services): Promise<Present | undefined> {
  const session = await sessionOf(c, services.approval);
  if (session === undefined) return undefined;
  const address = services.address(c.env.peer, c.req.raw.headers);
  try {
    const principal = await personOf(services, { token: session.token, address });
    if (await services.limits.request(principal.tokenId) !== undefined) return undefined;
    return { principal, visitor: { user: principal.user, csrf: session.csrf } };
  } catch (error) {
    if (error instanceof AppError) return undefined;
    throw error;
  }
}

function call(
  c: Context<Env>,
  { services, principal, tool, input }: {
    services: Services;
    principal: Principal;
    tool: "approve_plan" | "get_plans";
    input: { readonly id: string };
  },
): Promise<CallResult> {
  c.set("principal", principal);
  const expires = new Date(services.approval.now().getTime() + WINDOW_MS);
  return services.approval.call({
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

function signIn(
  c: Context<Env>,
  { problem, status = 200 }: { problem?: string; status?: 200 | 401 | 429 | 503 } = {},
): Response | Promise<Response> {
  const words = wordsIn(c.get("language"));
  return answer(c, { view: signInView(words, problem === undefined ? {} : { problem }), status });
}

function told(
  c: Context<Env>,
  { bad, status, visitor }: {
    bad: string;
    status: 400 | 403 | 404 | 409;
    visitor?: Visitor;
  },
): Response | Promise<Response> {
  const words = wordsIn(c.get("language"));
  const view = toldView({ title: words.notPossible, text: bad, mood: "bad" });
  return answer(c, { view, status, visitor });
}

function answer(
  c: Context<Env>,
  { view, status = 200, visitor }: {
    view: View;
    status?: 200 | 400 | 401 | 403 | 404 | 409 | 429 | 503;
    visitor?: Visitor | undefined;
  },
): Response | Promise<Response> {
  const language = c.get("language");
  return c.html(page(language, { body: view, visitor }), status, {
    "content-language": language,
    "content-security-policy": POLICY,
    // A form that is sent must name its origin.
    "referrer-policy": "same-origin",
    "x-frame-options": "DENY",
  });
}
