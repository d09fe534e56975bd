import { hash } from "node:crypto";
import type { AccountStore } from "../auth/account_store.ts";
import type { TokenRecord } from "../auth/accounts.ts";
import type { Grants } from "../auth/grants.ts";
import { includesScope, lesserScope, type Scope } from "../auth/scope.ts";
import { hashToken, judgeToken } from "../auth/token.ts";
import { OAuthError } from "./own_error.ts";
import { greatestIn, requireOurs, scopesUpTo, single } from "./own_request.ts";
import { clientDigestOf, type OwnSeals, type Renewable } from "./own_seals.ts";

/** How long a client may call before it must ask again. */
const ACCESS_SECONDS = 600;

/** What is to be known of a grant's use, for its row in the trail. */
export interface GrantEvent {
  readonly kind: "misused" | "ended";
  readonly record: TokenRecord;
  /** Why it was refused; empty for a grant that its client has ended. */
  readonly reason: string;
}

export interface OwnTokensOptions {
  readonly seals: OwnSeals;
  readonly grants: Pick<Grants, "use">;
  readonly accounts: Pick<AccountStore, "findToken" | "revokeToken">;
  /** Whether this token must wait, counting this request of it. */
  readonly rate: (tokenId: number) => Promise<number | undefined>;
  readonly resource: string;
  readonly now: () => Date;
}

type Notify = (event: GrantEvent) => Promise<void>;
type Answer = Record<string, string | number>;

/**
 * Gives clients what they call with, for a code or a refresh token that serves once: whoever shows one for
 * the second time ends the whole grant, since one of two has stolen it.
 */
export class OwnTokens {
  readonly #options: OwnTokensOptions;

  constructor(options: OwnTokensOptions) {
    this.#options = options;
  }

  /** @throws OAuthError */
  async exchange(params: URLSearchParams, notify: Notify): Promise<Answer> {
    const grantType = single(params, "grant_type");
    const client = clientDigestOf(single(params, "client_id") ?? "");
    if (grantType === "authorization_code") return await this.#redeem(params, { client, notify });
    if (grantType === "refresh_token") return await this.#renew(params, { client, notify });
    throw new OAuthError(
      "unsupported_grant_type",
      "Cannot let the client in: grant_type must be authorization_code or refresh_token",
    );
  }

  /** Ends the grant, whichever of its tokens is shown (RFC 7009); an unknown one is ended already. */
  async revoke(params: URLSearchParams, notify: Notify): Promise<void> {
    const { seals, accounts } = this.#options;
    const token = single(params, "token") ?? "";
    const held = await seals.refresh.open(token) ?? await seals.access.open(token);
    if (held === undefined) {
      throw new OAuthError("invalid_grant", "Cannot end the sign-in: unknown token", {
        guess: token,
      });
    }
    if (held.clientDigest !== clientDigestOf(single(params, "client_id") ?? "")) {
      throw new OAuthError("invalid_client", "Cannot end the sign-in: it is another client's");
    }
    const record = await accounts.findToken(hashToken(held.secret));
    if (record === null || !record.isActive) return;
    await accounts.revokeToken(record.id);
    await notify({ kind: "ended", record, reason: "" });
  }

  async #redeem(
    params: URLSearchParams,
    { client, notify }: { client: string; notify: Notify },
  ): Promise<Answer> {
    const given = single(params, "code") ?? "";
    const code = await this.#options.seals.code.open(given);
    if (code === undefined) throw refusal("unknown code", given);
    const record = await this.#good(code, client);
    const verifier = single(params, "code_verifier") ?? "";
    const flaw = single(params, "redirect_uri") !== code.redirect
      ? "redirect_uri is not that of the request"
      : challengeOf(verifier) === code.challenge
      ? undefined
      : "code_verifier does not fit the request";
    if (flaw !== undefined) {
      await notify({ kind: "misused", record, reason: flaw });
      throw refusal(flaw, `${given} ${verifier}`);
    }
    return await this.#give(params, { held: code, record, scope: code.scope, notify });
  }

  async #renew(
    params: URLSearchParams,
    { client, notify }: { client: string; notify: Notify },
  ): Promise<Answer> {
    const given = single(params, "refresh_token") ?? "";
    const refresh = await this.#options.seals.refresh.open(given);
    if (refresh === undefined) throw refusal("unknown refresh token", given);
    const record = await this.#good(refresh, client);
    const asked = greatestIn(single(params, "scope"));
    if (asked !== null && !includesScope(refresh.scope, asked)) {
      const reason = `scope ${asked} was not granted`;
      await notify({ kind: "misused", record, reason });
      throw new OAuthError("invalid_scope", `Cannot let the client in: ${reason}`);
    }
    return await this.#give(params, {
      held: refresh,
      record,
      scope: asked ?? refresh.scope,
      notify,
    });
  }

  /** The token's row; refuses what is over, and what another client was given. */
  async #good(held: Renewable, client: string): Promise<TokenRecord> {
    const now = this.#options.now();
    if (held.clientDigest !== client) throw refusal("it is another client's", client);
    if (held.expires <= now.getTime()) throw refusal("expired");
    const record = await this.#options.accounts.findToken(hashToken(held.secret));
    if (record === null || !judgeToken(record, { now }).good) throw refusal("the sign-in is over");
    if (await this.#options.rate(record.id) !== undefined) {
      throw new OAuthError(
        "temporarily_unavailable",
        "Cannot let the client in: too many requests",
      );
    }
    return record;
  }

  async #give(
    params: URLSearchParams,
    { held, record, scope, notify }: {
      held: Renewable;
      record: TokenRecord;
      scope: Scope;
      notify: Notify;
    },
  ): Promise<Answer> {
    const { seals, grants, accounts, resource, now } = this.#options;
    requireOurs(params, resource);
    const { grant, turn, until, secret, clientDigest } = held;
    const use = { grant, turn, tokenId: record.id, until: new Date(until) };
    if (!await grants.use(use)) {
      await accounts.revokeToken(record.id);
      const reason = `${
        turn === 0 ? "a code" : "a refresh token"
      } came twice: the sign-in is ended`;
      await notify({ kind: "misused", record, reason });
      throw refusal(reason);
    }
    const at = now();
    const judged = judgeToken(record, { now: at });
    const effective = judged.good ? lesserScope(scope, judged.scope) : scope;
    const expires = Math.min(at.getTime() + ACCESS_SECONDS * 1000, until);
    const common = { secret, clientDigest, resource };
    return {
      access_token: await seals.access.seal({ ...common, scope, expires }),
      token_type: "Bearer",
      expires_in: Math.floor((expires - at.getTime()) / 1000),
      refresh_token: await seals.refresh.seal({
        ...common,
        scope: held.scope,
        expires: until,
        grant,
        turn: turn + 1,
        until,
      }),
      scope: scopesUpTo(effective),
    };
  }
}

function refusal(state: string, guess?: string): OAuthError {
  return new OAuthError(
    "invalid_grant",
    `Cannot let the client in: ${state}`,
    guess ? { guess } : {},
  );
}

/** The S256 challenge of RFC 7636; of what can be no verifier a text that is no challenge. */
function challengeOf(verifier: string): string {
  if (!/^[\w.~-]{43,128}$/.test(verifier)) return "";
  return hash("sha256", verifier, "base64url");
}
