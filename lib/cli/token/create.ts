import { NO_LIMITS, type TokenLimits } from "../../auth/limits.ts";
import type { Permission } from "../../auth/scope.ts";
import { generateToken, hashToken } from "../../auth/token.ts";
import { type ChangeOptions, withAccounts } from "../account_change.ts";
import type { CliContext } from "../context.ts";
import { knownToken, requireUser } from "../known.ts";
import type { AccountReader } from "../with_store.ts";
import { type LimitOptions, limitsGiven, requireClusters, requireTools } from "./limit_options.ts";
import { printRaw } from "./print_raw.ts";
import { expiryAfter, tokenNotes } from "./text.ts";

export interface CreateTokenOptions extends ChangeOptions, LimitOptions {
  readonly user: string;
  readonly name: string;
  readonly permission: Permission;
  readonly expiresDays?: number;
  readonly allowedIps?: string;
  readonly copyLimitsOf?: number;
}

/** Creates a token; nothing is written unless every option can be used. */
export async function createToken(context: CliContext, options: CreateTokenOptions): Promise<void> {
  const { io } = context;
  const { user, name, permission, allowedIps = "", expiresDays: days } = options;
  const action = "create token";
  await requireTools(options, action);
  await withAccounts(context, options, async (accounts, config) => {
    requireClusters(options, { config, action });
    await requireUser(accounts.store, { name: user, action });
    const limits = await limitsOf(accounts.store, options);
    const raw = generateToken();
    const createdAt = io.now();
    const expires = days === undefined ? null : expiryAfter(days, createdAt);
    const token = await accounts.change(
      { command: "token create", given: { user, name, permission, expires, allowedIps, limits } },
      (store) =>
        store.createToken({
          ...{ username: user, name, permission, expires, allowedIps, createdAt, limits },
          tokenHash: hashToken(raw),
        }),
    );
    const [line = "", ...notes] = tokenNotes("created", token);
    for (const told of [line, "it is shown this once only: keep it safe", ...notes]) io.err(told);
    printRaw(io, { raw, id: token.id });
  });
}

/** Those that the options name, over those of another token. */
async function limitsOf(
  store: AccountReader,
  options: CreateTokenOptions,
): Promise<TokenLimits | null> {
  const { copyLimitsOf: id } = options;
  const copied = id === undefined
    ? null
    : (await knownToken(store, { id, action: "copy limits" })).limits;
  const given = limitsGiven(options);
  return Object.keys(given).length === 0 ? copied : { ...NO_LIMITS, ...copied, ...given };
}
