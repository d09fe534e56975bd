import type { Context } from "hono";
import { requirePassword } from "../../../auth/new_rows.ts";
import { AppError } from "../../../errors.ts";
import type { Env } from "../../request.ts";
import { type Deed, keep } from "../audit.ts";
import { verifyNewPasskey } from "../passkey/verify.ts";
import type { Person } from "../person.ts";
import type { PageApp } from "../services.ts";
import type { Access, Held } from "./held.ts";
import type { Done, Trouble } from "./words.ts";

/** What is wished on the page, and by whom. */
export interface Wish {
  readonly services: PageApp;
  readonly person: Person;
  readonly access: Access;
  readonly form: URLSearchParams;
}

export type Outcome = { readonly done: Done | "ended_this" } | { readonly trouble: Trouble };

const LONGEST_NAME = 60;

/** Does what the form says, to the person's own rows only, and leaves a row for each. */
export async function grant(c: Context<Env>, wish: Wish): Promise<Outcome> {
  await wish.services.pages.audit.admit();
  switch (wish.form.get("do")) {
    case "end":
      return await end(c, wish);
    case "end_others":
      return await endOthers(c, wish);
    case "add_passkey":
      return await addPasskey(c, wish);
    case "remove_passkey":
      return await removePasskey(c, wish);
    case "change_password":
      return await changePassword(c, wish);
    default:
      return { trouble: "stale" };
  }
}

async function end(c: Context<Env>, wish: Wish): Promise<Outcome> {
  const id = Number(wish.form.get("id"));
  const one = wish.access.held.find(({ token }) => token.id === id);
  if (one === undefined) return { trouble: "gone" };
  await endOne(c, wish, one);
  return { done: one.isThis ? "ended_this" : "ended" };
}

async function endOthers(c: Context<Env>, wish: Wish): Promise<Outcome> {
  for (const one of wish.access.held) if (!one.isThis) await endOne(c, wish, one);
  return { done: "ended_others" };
}

async function endOne(c: Context<Env>, wish: Wish, one: Held): Promise<void> {
  await wish.services.pages.accounts.revokeToken(one.token.id);
  await noteEnd(c, wish, one);
}

function noteEnd(c: Context<Env>, wish: Wish, { token: { id, name } }: Held): Promise<void> {
  return note(c, wish, { action: "end_access", told: { token_id: id, name } });
}

async function addPasskey(
  c: Context<Env>,
  wish: Wish,
): Promise<Outcome> {
  const { services: { pages }, person: { principal }, access, form } = wish;
  if (pages.own === null || access.own === null) return { trouble: "elsewhere" };
  const { passkeys, challenges, site } = pages.own;
  const asked = await challenges.find(form.get("state") ?? "", addingBy(wish.person));
  if (asked === undefined || site === undefined) return { trouble: "stale" };
  const { challenge } = asked;
  const made = await verifyNewPasskey(form.get("credential") ?? "", { challenge, site });
  if (typeof made === "string") {
    const error = `passkey: ${made}`;
    await note(c, wish, { action: "add_passkey", outcome: "denied", error });
    return { trouble: "passkeyRefused" };
  }
  if (!await challenges.spend(asked)) return { trouble: "stale" };
  const name = nameOf(form.get("name") ?? "");
  try {
    await passkeys.add({ ...made, name, userId: principal.userId, createdAt: pages.now() });
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== "conflict") throw error;
    return { trouble: "tooManyPasskeys" };
  }
  await note(c, wish, { action: "add_passkey", told: { name } });
  return { done: "added" };
}

async function removePasskey(c: Context<Env>, wish: Wish): Promise<Outcome> {
  const { services: { pages }, person: { principal }, access, form } = wish;
  if (pages.own === null || access.own === null) return { trouble: "elsewhere" };
  const id = Number(form.get("id"));
  const name = Number.isSafeInteger(id)
    ? await pages.own.passkeys.remove(id, principal.userId)
    : undefined;
  if (name === undefined) return { trouble: "gone" };
  await note(c, wish, { action: "remove_passkey", told: { name } });
  return { done: "removed" };
}

async function changePassword(c: Context<Env>, wish: Wish): Promise<Outcome> {
  const { services: { pages, limits }, person: { principal }, access, form } = wish;
  if (pages.own === null || !access.own?.hasPassword) return { trouble: "elsewhere" };
  const { passwords, turns } = pages.own;
  const [old = "", next = "", again = ""] = ["old", "new", "again"].map((name) =>
    form.get(name) ?? ""
  );
  if (next !== again) return { trouble: "notTheSame" };
  if (isGuessed(next, principal.user)) return { trouble: "weak" };
  const whose = `change ${principal.userId}`;
  if (await limits.names.allowed(whose) !== undefined) return { trouble: "wait" };
  using turn = turns.take();
  if (turn === undefined) return { trouble: "wait" };
  const found = await pages.accounts.userWithPassword(principal.user);
  if (found === undefined || !await passwords.check(old, found.password)) {
    await limits.names.failed(whose, old);
    const error = "wrong password";
    await note(c, wish, { action: "change_password", outcome: "denied", error });
    return { trouble: "wrongPassword" };
  }
  const ended = await passwords.change(principal.user, { text: next, keeps: principal.tokenId });
  await note(c, wish, { action: "change_password" });
  for (const one of access.held) if (ended.includes(one.token.id)) await noteEnd(c, wish, one);
  return { done: "changed" };
}

/** By the rule that holds for commands too. */
function isGuessed(password: string, username: string): boolean {
  try {
    requirePassword(password, username);
    return false;
  } catch (error) {
    if (error instanceof AppError) return true;
    throw error;
  }
}

/** For what a challenge is made that a new passkey signs: nobody else can use it. */
export function addingBy({ principal }: Person): string {
  return `add by ${principal.tokenId}`;
}

function note(
  c: Context<Env>,
  { services, person: { principal } }: Wish,
  deed: Omit<Deed, "user" | "token">,
): Promise<void> {
  const { user, tokenId: id, tokenName: name } = principal;
  return keep(c, { ...deed, services, user, token: { id, name } });
}

function nameOf(text: string): string {
  const name = text.replaceAll(/[\p{Cc}\p{Cf}]/gu, " ").trim();
  return [...name].slice(0, LONGEST_NAME).join("") || "passkey";
}
