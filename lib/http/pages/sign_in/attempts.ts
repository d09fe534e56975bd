import { hash } from "node:crypto";
import type { Context } from "hono";
import type { UserRecord } from "../../../auth/accounts.ts";
import { AppError, messageOf } from "../../../errors.ts";
import { failedLogin } from "../../authentication.ts";
import type { Env } from "../../request.ts";
import { keep } from "../audit.ts";
import { verifyAssertion } from "../passkey/verify.ts";
import type { OwnSignIn, PageApp } from "../services.ts";
import { knownBrowser } from "../session.ts";
import { checkUser } from "./password.ts";

/** How an attempt ended that was none of the right ones. */
export type Refusal = "wrong" | "wait" | "stale";

export interface Attempt {
  readonly services: PageApp;
  readonly own: OwnSignIn;
  readonly form: URLSearchParams;
}

/**
 * Who has given a right password. Wrong ones count against the address and against the name, whether there
 * is such a user or not. Whoever has been in before from this browser counts for himself: he is not kept out
 * by those who guess at his name or share his address.
 */
export async function byPassword(
  c: Context<Env>,
  { services, own, form }: Attempt,
): Promise<UserRecord | Refusal> {
  const { limits, log, pages } = services;
  const username = (form.get("username") ?? "").trim().normalize("NFKC");
  const password = form.get("password") ?? "";
  const address = services.address(c.env.peer, c.req.raw.headers);
  const known = await knownBrowser(c, { user: username, services });
  const whose = known ?? digestOf(username);
  const wait = await limits.names.allowed(whose) ??
    (known === undefined ? await limits.addresses.allowed(address) : undefined);
  if (wait !== undefined) return "wait";
  using turn = own.turns.take();
  if (turn === undefined) return "wait";
  const { accounts } = pages;
  const checked = await checkUser({ username, password }, { accounts, ...own });
  if (checked.user !== undefined) return checked.user;
  const { reason } = checked;
  await failed(c, { services, address, reason, guess: `${username} ${password}` });
  const seconds = await limits.names.failed(whose, password);
  if (seconds !== undefined) {
    const { username: name = "that is not there" } = checked.known ?? {};
    log.warning(
      `Locked for ${seconds} seconds after too many wrong passwords: user ${name}; passkeys, tokens and ` +
        "browsers known from before still pass",
      { address },
    );
  }
  if (checked.known) denied(c, { services, user: checked.known, reason, by: "password" });
  return "wrong";
}

/** Who has signed the challenge; that is no guess, and no lock keeps it out. */
export async function byPasskey(
  c: Context<Env>,
  { services, own, form }: Attempt,
): Promise<UserRecord | Refusal> {
  const { passkeys, challenges, site } = own;
  const asked = await challenges.find(form.get("state") ?? "", "sign_in");
  if (asked === undefined || site === undefined) return "stale";
  const { challenge } = asked;
  const at = services.pages.now();
  const text = form.get("credential") ?? "";
  const checked = await verifyAssertion(text, { challenge, site, passkeys, at });
  if (checked.user !== undefined) return await challenges.spend(asked) ? checked.user : "stale";
  const { reason, known } = checked;
  const address = services.address(c.env.peer, c.req.raw.headers);
  const lockedOut = await failed(c, { services, address, reason, guess: text });
  if (known) denied(c, { services, user: known, reason, by: "passkey" });
  return lockedOut === undefined ? "wrong" : "wait";
}

/** Counts against the address, and leaves a line in the log. */
function failed(
  c: Context<Env>,
  { services, address, reason, guess }: {
    services: PageApp;
    address: string;
    reason: string;
    guess: string;
  },
): Promise<number | undefined> {
  const error = new AppError("unauthorized", "Sign-in refused", { cause: new Error(reason) });
  return failedLogin(c, { services, token: guess, address, error });
}

/**
 * Leaves a row at the user's. Nobody waits for it, so that time does not tell whether there is such a user;
 * what was typed for a name that is none may be a password, and is written nowhere.
 */
function denied(
  c: Context<Env>,
  { services, user, reason, by }: {
    services: PageApp;
    user: UserRecord;
    reason: string;
    by: "password" | "passkey";
  },
): void {
  keep(c, {
    services,
    action: "sign_in",
    user: user.username,
    outcome: "denied",
    told: { by },
    error: reason,
  }).catch((error) => services.log.error(`Cannot keep a refused sign-in: ${messageOf(error)}`));
}

/** A name may be as long as a form, and may be none at all. */
function digestOf(username: string): string {
  return hash("sha256", username, "base64url");
}
