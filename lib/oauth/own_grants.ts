import type { TokenLimits } from "../auth/limits.ts";
import { permissionOf, type Scope } from "../auth/scope.ts";
import type { SignIns } from "../auth/sign_ins.ts";
import { generateToken, hashToken } from "../auth/token.ts";
import type { OwnSeals, Request } from "./own_seals.ts";

/** What a person lets a client do, and for how long. */
export interface Choice {
  readonly scope: Scope;
  readonly limits: TokenLimits | null;
  readonly until: Date;
  readonly allowedIps: string;
}

export interface OwnGrantsOptions {
  readonly seals: OwnSeals;
  readonly signIns: Pick<SignIns, "open">;
  readonly issuer: string;
  readonly resource: string;
  readonly now: () => Date;
}

/** How long a client may take to fetch its first token. */
const CODE_MS = 120_000;
const LONGEST_NAME = 80;

/** Turns a person's yes into a token that only the client can use, and into the code by which it gets it. */
export class OwnGrants {
  readonly #options: OwnGrantsOptions;

  constructor(options: OwnGrantsOptions) {
    this.#options = options;
  }

  async open(
    request: Request,
    { username, choice, letInBy }: { username: string; choice: Choice; letInBy: number | null },
  ): Promise<{ code: string; tokenId: number; tokenName: string }> {
    const { seals, signIns, issuer, resource, now } = this.#options;
    const { scope, limits, until, allowedIps } = choice;
    const secret = generateToken();
    const grant = crypto.randomUUID();
    const expires = new Date(Math.min(now().getTime() + CODE_MS, until.getTime()));
    const token = await signIns.open({
      username,
      name: `${[...request.name].slice(0, LONGEST_NAME).join("")} (sign-in)`,
      tokenHash: hashToken(secret),
      permission: permissionOf(scope),
      // The first use of the code lets it last.
      expires,
      allowedIps,
      createdAt: now(),
      limits,
    }, {
      kind: "client",
      issuer,
      clientId: request.client,
      clientName: request.name,
      grant,
      letInBy,
    });
    const code = await seals.code.seal({
      secret,
      clientDigest: request.clientDigest,
      scope,
      resource,
      expires: expires.getTime(),
      grant,
      turn: 0,
      until: until.getTime(),
      redirect: request.redirect,
      challenge: request.challenge,
    });
    return { code, tokenId: token.id, tokenName: token.name };
  }
}
