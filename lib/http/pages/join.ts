import { setPassword } from "../../auth/user_changes.ts";
import type { AccountStore } from "../../auth/account_store.ts";
import { Passkeys } from "../../auth/passkeys.ts";
import { checkPassword, dummyCheck, hashPassword } from "../../auth/password.ts";
import { SignIns } from "../../auth/sign_ins.ts";
import type { Database } from "../../database/database.ts";
import type { SpentKeys } from "../../database/spent_keys.ts";
import type { Seal } from "../../seal.ts";
import { Challenges, passkeySite } from "./passkey/challenges.ts";
import type { PageServices } from "./services.ts";
import { Turns } from "./sign_in/password.ts";
import { WrongPasswords } from "./sign_in/wrong_passwords.ts";

/** Passwords that are looked at together; each takes a core for half a second. */
const TOGETHER = 4;

export interface PagesOptions extends Pick<PageServices, "audit" | "call" | "now"> {
  readonly server: {
    readonly public_url: string | null;
    readonly oauth: { readonly own: boolean } | null;
  };
  readonly database: Database;
  readonly accounts: AccountStore;
  readonly spent: SpentKeys;
  /** Seals with a key of its own what browsers keep for this purpose. */
  readonly sealFor: (purpose: string) => Seal;
}

/** The parts of the pages; null where no browser can come. */
export function joinPages(options: PagesOptions): PageServices | null {
  const { server, database, accounts, spent, sealFor, audit, call, now } = options;
  if (server.public_url === null) return null;
  const hasOwn = server.oauth?.own === true && database.ownTables;
  return {
    publicUrl: server.public_url,
    now,
    accounts,
    signIns: database.ownTables ? new SignIns(database, accounts) : null,
    own: hasOwn
      ? {
        passwords: {
          check: checkPassword,
          dummy: dummyCheck,
          change: async (username, { text, keeps }) =>
            await setPassword(accounts, { username, hash: await hashPassword(text), keeps }),
        },
        wrong: new WrongPasswords(),
        turns: new Turns(TOGETHER),
        passkeys: new Passkeys(database),
        challenges: new Challenges({ seal: sealFor("passkey"), spent, now }),
        site: passkeySite(server.public_url),
      }
      : null,
    seals: { session: sealFor("session"), known: sealFor("known browser") },
    audit,
    call,
  };
}
