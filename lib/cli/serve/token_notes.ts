import type { AccountStore } from "../../auth/account_store.ts";
import { notesOn } from "../../auth/token_notes.ts";
import { messageOf } from "../../errors.ts";
import type { Log } from "../../log/log.ts";
import { nobodyCanLogIn } from "../nobody.ts";

const DAY_MS = 86_400_000;

interface Parts {
  readonly accounts: Pick<AccountStore, "listTokens">;
  readonly log: Log;
  readonly now: () => Date;
  /** Whether nobody gets in without one. */
  readonly needed: boolean;
  /** Those that the config names. */
  readonly clusters: readonly string[];
}

/** Tells of tokens that expire soon or that nobody uses, and when there is none, now and once a day until it is disposed of. */
export function tellTokensDaily(parts: Parts): Disposable {
  const timer = setInterval(() => tellTokens(parts), DAY_MS);
  void tellTokens(parts);
  return { [Symbol.dispose]: () => clearInterval(timer) };
}

/** One line of each kind; never rejects, since whoever uses the database tells what is wrong with it. */
async function tellTokens({ accounts, clusters, log, needed, now }: Parts): Promise<void> {
  try {
    const tokens = await accounts.listTokens();
    const nobody = needed ? nobodyCanLogIn(tokens, now()) : null;
    if (nobody !== null) log.warning(`${nobody.state}; make one by ${nobody.remedy}`);
    for (const { quiet, text } of notesOn(tokens, { now: now(), clusters })) {
      if (quiet) log.info(`Tokens: ${text}`);
      else log.warning(`Tokens: ${text}`);
    }
  } catch (error) {
    log.debug(`Tokens were not looked at: ${messageOf(error)}`);
  }
}
