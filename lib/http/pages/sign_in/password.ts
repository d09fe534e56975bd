import type { AccountStore } from "../../../auth/account_store.ts";
import type { UserRecord } from "../../../auth/accounts.ts";
import type { WrongPasswords } from "./wrong_passwords.ts";

/** The work that a password costs. */
export interface Passwords {
  check(text: string, stored: string): Promise<boolean>;
  /** As much work for a user that is not there. */
  dummy(text: string): Promise<false>;
  /** Gives the user of this name another one; all browsers' sessions end but this one, and their ids are given. */
  change(
    username: string,
    options: { readonly text: string; readonly keeps: number },
  ): Promise<readonly number[]>;
}

/** Who has proved to be whom; or why nobody has, for the log, and the user that was named if there is one to be told. */
export type Checked =
  | { readonly user: UserRecord }
  | { readonly user: undefined; readonly known: UserRecord | undefined; readonly reason: string };

/** What Django takes for a name, which it may have written in other letters than it was told. */
const LONGEST_NAME = 150;
const LONGEST_PASSWORD = 4_096;

/** Each attempt costs one hash, whatever is wrong with it, but for one that is known to be wrong. */
export async function checkUser(
  { username, password }: { username: string; password: string },
  { accounts, passwords, wrong }: {
    accounts: Pick<AccountStore, "userWithPassword">;
    passwords: Passwords;
    wrong: WrongPasswords;
  },
): Promise<Checked> {
  const sensible = username !== "" && username.length <= LONGEST_NAME &&
    !/\p{Cc}/u.test(username) && password !== "" && password.length <= LONGEST_PASSWORD;
  const found = sensible ? await accounts.userWithPassword(username) : undefined;
  const attempt = [username, found?.user.isActive, found?.password, password];
  if (wrong.has(attempt)) {
    return { user: undefined, known: undefined, reason: "what was wrong before" };
  }
  const right = found === undefined
    ? await passwords.dummy(password)
    : await passwords.check(password, found.password);
  if (found !== undefined && right && found.user.isActive) return { user: found.user };
  wrong.note(attempt);
  if (found === undefined) return { user: undefined, known: undefined, reason: "unknown user" };
  const { user } = found;
  const reason = right ? "is not active" : "wrong password";
  return { user: undefined, known: user, reason: `user ${user.username}: ${reason}` };
}

/** At most so many passwords are looked at together, since each takes a core for a while. */
export class Turns {
  readonly #most: number;
  #taken = 0;

  constructor(most: number) {
    this.#most = most;
  }

  /** Undefined when there are too many already. */
  take(): Disposable | undefined {
    if (this.#taken >= this.#most) return undefined;
    this.#taken++;
    return { [Symbol.dispose]: () => void this.#taken-- };
  }
}
