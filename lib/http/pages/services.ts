import type { AuditRow } from "../../audit/row.ts";
import type { AccountStore } from "../../auth/account_store.ts";
import type { Passkeys } from "../../auth/passkeys.ts";
import type { SignIns } from "../../auth/sign_ins.ts";
import type { CallRequest, CallResult } from "../../mcp/call_request.ts";
import type { Seal } from "../../seal.ts";
import type { AppServices } from "../services.ts";
import type { Challenges, PasskeySite } from "./passkey/challenges.ts";
import type { Passwords, Turns } from "./sign_in/password.ts";
import type { WrongPasswords } from "./sign_in/wrong_passwords.ts";

/** What the pages are given that a person opens in a browser. */
export interface PageServices {
  /** How browsers reach them. */
  readonly publicUrl: string;
  readonly now: () => Date;
  readonly accounts: Pick<
    AccountStore,
    "listTokensOf" | "revokeToken" | "userWithPassword"
  >;
  /** Null where the database has no place for them: then only tokens sign in. */
  readonly signIns: SignIns | null;
  /** Null where people sign in with a token only. */
  readonly own: OwnSignIn | null;
  readonly seals: PageSeals;
  readonly audit: {
    admit(): Promise<void>;
    write(row: AuditRow): Promise<void>;
  };
  /** Runs a tool. */
  readonly call: (request: CallRequest) => Promise<CallResult>;
}

/** Signing in at this server itself. */
export interface OwnSignIn {
  readonly passwords: Passwords;
  readonly wrong: WrongPasswords;
  /** Each look at a password takes one. */
  readonly turns: Turns;
  readonly passkeys: Passkeys;
  readonly challenges: Challenges;
  /** Undefined where browsers offer no passkeys. */
  readonly site: PasskeySite | undefined;
}

/** What browsers keep for the server, each of its own key. */
export interface PageSeals {
  readonly session: Seal;
  /** That a browser has signed somebody in before. */
  readonly known: Seal;
}

/** What the routes of pages are given. */
export type PageApp = AppServices & { readonly pages: PageServices };
