import type { AccountStore } from "../../auth/account_store.ts";
import type { TokenRecord } from "../../auth/accounts.ts";
import type { TokenLimits, VmidRange } from "../../auth/limits.ts";
import { effectiveScope, type Permission, scopeOfPermission } from "../../auth/scope.ts";
import { generateToken, hashToken } from "../../auth/token.ts";
import { typed } from "../../command.ts";
import { didYouMean } from "../../nearest.ts";
import { type CliContext, type CommonOptions, refuseAsUsage, UsageError } from "../context.ts";
import { missingTool } from "../missing_tool.ts";
import { shortTime } from "../table.ts";
import { visibleLine } from "../../log/visible.ts";
import { withSchema } from "../with_store.ts";

const DAY_MS = 86_400_000;

export interface CreateTokenOptions extends CommonOptions {
  readonly user: string;
  readonly name: string;
  readonly permission: Permission;
  readonly expiresDays?: number;
  readonly allowedIps?: string;
  readonly pool?: readonly string[];
  readonly tag?: readonly string[];
  readonly vmid?: readonly VmidRange[];
  readonly node?: readonly string[];
  readonly tool?: readonly string[];
  readonly denyTool?: readonly string[];
  readonly needsApproval?: boolean;
  readonly toolset?: readonly string[];
}

/** Creates a token; nothing is written unless every option can be used. */
export async function createToken(context: CliContext, options: CreateTokenOptions): Promise<void> {
  const { io } = context;
  const problem = await missingTool([...options.tool ?? [], ...options.denyTool ?? []]);
  if (problem !== null) throw new UsageError(`Cannot create token: ${problem}`);
  await withSchema(context, options, async (store) => {
    await requireUser(store, options.user);
    const raw = generateToken();
    const createdAt = io.now();
    const days = options.expiresDays;
    const token = await refuseAsUsage(() =>
      store.createToken({
        username: options.user,
        name: options.name,
        tokenHash: hashToken(raw),
        permission: options.permission,
        expires: days === undefined ? null : new Date(createdAt.getTime() + days * DAY_MS),
        allowedIps: options.allowedIps ?? "",
        createdAt,
        limits: limitsOf(options),
      })
    );
    for (const line of notes(token)) io.err(line);
    io.out(raw);
  });
}

function notes(token: TokenRecord): string[] {
  const expiry = token.expires === null ? "never expires" : `expires ${shortTime(token.expires)}`;
  const place = token.allowedIps === "" ? "from any address" : `only from ${token.allowedIps}`;
  const lines = [
    `created token ${token.id} "${visibleLine(token.name)}" for ${token.user.username}: ` +
    `${token.permission}, ${expiry}, usable ${place}`,
    "it is shown this once only: keep it safe",
  ];
  const scope = effectiveScope(token);
  if (scope !== scopeOfPermission(token.permission)) {
    lines.push(`note: the role of ${token.user.username} allows less: its scope is ${scope}`);
  }
  return lines;
}

async function requireUser(store: AccountStore, name: string): Promise<void> {
  const names = (await store.listUsers()).map((user) => user.username);
  if (names.includes(name)) return;
  const hint = didYouMean(name, names, `: create it with \`${typed("user create NAME")}\``);
  throw new UsageError(`Cannot create token: there is no user ${name}${hint}`);
}

function limitsOf(options: CreateTokenOptions): TokenLimits | null {
  const { pool, tag, vmid, node, tool, denyTool, needsApproval, toolset } = options;
  const given = [pool, tag, vmid, node, tool, denyTool, needsApproval, toolset];
  if (given.every((limit) => limit === undefined)) return null;
  return {
    pools: pool ?? null,
    tags: tag ?? null,
    vmids: vmid ?? null,
    nodes: node ?? null,
    toolsAllow: tool ?? null,
    toolsDeny: denyTool ?? [],
    needsApproval: needsApproval ?? false,
    toolsets: toolset ?? null,
  };
}
