import { NO_LIMITS, type TokenLimits } from "../../auth/limits.ts";
import { effectiveScope, type Permission } from "../../auth/scope.ts";
import { generateToken, hashToken } from "../../auth/token.ts";
import {
  rotateToken as rotate,
  type TokenEdit,
  updateToken as update,
} from "../../auth/token_changes.ts";
import { readmitClient } from "../../auth/user_links.ts";
import { type ChangeOptions, withAccounts } from "../account_change.ts";
import { type CliContext, UsageError } from "../context.ts";
import { knownToken } from "../known.ts";
import { type LimitOptions, limitsGiven, requireClusters, requireTools } from "./limit_options.ts";
import { printRaw } from "./print_raw.ts";
import { expiryAfter, tokenNotes } from "./text.ts";

/** What `--clear` takes away, and the limit that it is. */
const CLEARED = {
  expiry: null,
  "allowed-ips": null,
  limits: null,
  pool: "pools",
  tag: "tags",
  vmid: "vmids",
  node: "nodes",
  tool: "toolsAllow",
  "deny-tool": "toolsDeny",
  "needs-approval": "needsApproval",
  toolset: "toolsets",
  cluster: "clusters",
} as const satisfies Record<string, keyof TokenLimits | null>;

type Cleared = keyof typeof CLEARED;

/** The words of `--clear`. */
export const CLEARABLE = Object.keys(CLEARED) as Cleared[];

export interface UpdateTokenOptions extends ChangeOptions, LimitOptions {
  readonly name?: string;
  readonly permission?: Permission;
  readonly expiresDays?: number;
  readonly allowedIps?: string;
  readonly clear?: readonly Cleared[];
}

export async function revokeToken(
  context: CliContext,
  id: number,
  options: ChangeOptions,
): Promise<void> {
  await withAccounts(context, options, async (accounts) => {
    const token = await accounts.change(
      { command: "token revoke", given: { id } },
      (store) => store.revokeToken(id),
    );
    context.io.out(
      `revoked token ${token.id} "${token.name}" of ${token.user.username} ` +
        `(it had scope ${effectiveScope(token)})`,
    );
  });
}

/** Lets a provider's client in again whose sign-in was revoked. */
export async function readmitToken(
  context: CliContext,
  id: number,
  options: ChangeOptions,
): Promise<void> {
  await withAccounts(context, options, async (accounts) => {
    await accounts.change(
      { command: "token readmit", given: { id } },
      (store) => readmitClient(store, id),
    );
    context.io.out(`the client of token ${id} is let in again with its next token`);
  });
}

/** Prints the new raw token once; the one before is good no more. */
export async function rotateToken(
  context: CliContext,
  id: number,
  options: ChangeOptions,
): Promise<void> {
  const { io } = context;
  await withAccounts(context, options, async (accounts) => {
    await knownToken(accounts.store, { id, action: "rotate token" });
    const raw = generateToken();
    const token = await accounts.change(
      { command: "token rotate", given: { id } },
      (store) => rotate(store, { id, tokenHash: hashToken(raw), now: io.now() }),
    );
    const [line = "", ...notes] = tokenNotes("rotated", token);
    const once = "the one before is good no more; this one is shown once only: keep it safe";
    for (const told of [line, once, ...notes]) io.err(told);
    printRaw(io, { raw, id: token.id });
  });
}

/** Changes what is named of a token, and nothing else. */
export async function updateToken(
  context: CliContext,
  id: number,
  options: UpdateTokenOptions,
): Promise<void> {
  const { io } = context;
  await requireTools(options, "update token");
  const edit = editOf(options, io.now());
  await withAccounts(context, options, async (accounts, config) => {
    requireClusters(options, { config, action: "update token" });
    await knownToken(accounts.store, { id, action: "update token" });
    const token = await accounts.change(
      { command: "token update", given: { id, ...edit } },
      (store) => update(store, { id, edit }),
    );
    for (const told of tokenNotes("updated", token)) io.out(told);
  });
}

function editOf(options: UpdateTokenOptions, now: Date): TokenEdit {
  const { name, permission, expiresDays: days, allowedIps, clear = [] } = options;
  const given = limitsGiven(options);
  const kinds = Object.keys(given);
  const clears = (word: Cleared) => clear.includes(word);
  const both = clear.filter((word) => {
    const kind: string | null = CLEARED[word];
    return (word === "expiry" && days !== undefined) ||
      (word === "allowed-ips" && allowedIps !== undefined) ||
      (kind !== null && kinds.includes(kind));
  });
  if (both.length > 0) {
    throw new UsageError(
      `Cannot update token: ${both.join(", ")} cannot be both given and cleared`,
    );
  }
  const kindsCleared = clear.flatMap((word) => CLEARED[word] ?? []);
  const cleared = Object.fromEntries(kindsCleared.map((kind) => [kind, NO_LIMITS[kind]]));
  const base = clears("limits") ? NO_LIMITS : {};
  const limits = { ...base, ...cleared, ...given };
  const edit: TokenEdit = {
    ...(name !== undefined && { name }),
    ...(permission !== undefined && { permission }),
    ...(days !== undefined && { expires: expiryAfter(days, now) }),
    ...(clears("expiry") && { expires: null }),
    ...(allowedIps !== undefined && { allowedIps }),
    ...(clears("allowed-ips") && { allowedIps: "" }),
    ...(Object.keys(limits).length > 0 && { limits }),
  };
  if (Object.keys(edit).length > 0) return edit;
  throw new UsageError("Cannot update token: name what is to change, such as --expires-days");
}
