import type { UserRecord } from "../../auth/accounts.ts";
import { includesScope, scopeOfUser } from "../../auth/scope.ts";
import type { ClusterConfig, Config } from "../../config/config.ts";
import { AppError } from "../../errors.ts";
import { TOOLS } from "../../mcp/tools.ts";
import { connectProxmox } from "../../proxmox/api/connect.ts";
import type { Grants } from "../../proxmox/privileges.ts";
import { isOffered, policyOf, scopeOf } from "../../tool/policy.ts";
import { lackingTools } from "../check/privileges.ts";
import type { NamedToken } from "./proxmox_token_file.ts";
import { versionOf } from "../serve/probe.ts";

const PATIENCE_MS = 10_000;

/** What a token turned out to be able to do. */
export interface TriedToken {
  readonly version: string;
  /** Whether its privileges suffice for what the user may call, in words. */
  readonly privileges: string;
}

/**
 * Asks Proxmox its version and what the token may do, in the token's name.
 *
 * @throws AppError when Proxmox cannot be reached or rejects the token
 */
export async function tryProxmoxToken(
  config: Config,
  { cluster: { proxmox }, user, tokenId, secret }: NamedToken & {
    cluster: ClusterConfig;
    user: UserRecord;
  },
): Promise<TriedToken> {
  const at = tokenId.indexOf("!");
  const auth = { user: tokenId.slice(0, at), token_name: tokenId.slice(at + 1) };
  const { client, close } = await connectProxmox({ proxmox, auth: { ...auth, token_value: "" } });
  const tried = client.as({
    user: auth.user,
    tokenName: auth.token_name,
    tokenValue: secret,
    rejected:
      `see that there is such a token (\`pveum user token list ${auth.user}\` on a node), that ` +
      "it is not expired and that its secret is this one",
  });
  try {
    const version = await versionOf(tried, AbortSignal.timeout(PATIENCE_MS));
    const { data } = await tried.read("/access/permissions", AbortSignal.timeout(PATIENCE_MS));
    return { version, privileges: privilegesText(config, { user, grants: data as Grants ?? {} }) };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    const message = `Cannot keep the Proxmox token of ${user.username}: ${error.message}; ` +
      "--no-try keeps it all the same";
    throw error.withMessage(message);
  } finally {
    close();
  }
}

function privilegesText(
  config: Config,
  { user, grants }: { user: UserRecord; grants: Grants },
): string {
  const policy = policyOf(config);
  const scope = scopeOfUser(user);
  const tools = TOOLS.filter((tool) =>
    isOffered(tool, policy) && includesScope(scope, scopeOf(tool, policy))
  );
  const which = `the ${tools.length} tools of scope ${scope}`;
  if (Object.keys(grants).length === 0) return "it may do nothing at all: grant it privileges";
  const lacking = lackingTools(tools, grants);
  if (lacking.length === 0) return `its privileges suffice for all of ${which}`;
  const names = lacking.map(([{ name }, missing]) => `${name} (${missing})`).join("; ");
  return `${lacking.length} of ${which} cannot work: ${names}`;
}
