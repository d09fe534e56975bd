import { aborted } from "./abort.ts";
import type { Principal } from "./auth/principal.ts";
import type { Scope } from "./auth/scope.ts";
import type { Config } from "./config/config.ts";
import { AppError, failuresOf, messageOf } from "./errors.ts";
import { messagesIn } from "./mcp/messages.ts";
import { StdioConnection, type StdioOptions } from "./mcp/stdio/connection.ts";
import { joinParts, type Parts, type ServerOptions } from "./parts.ts";

/** Who speaks over standard input: whoever bears a token, or the local administrator with some scope. */
export type Speaker =
  | { readonly kind: "token"; readonly token: string }
  | { readonly kind: "local"; readonly user: string; readonly scope: Scope };

/** A server whose one client is at the other end of standard input and output. */
export interface RunningStdio {
  /** Who speaks: `ada (token 3, scope write)`. */
  readonly speaker: string;
  readonly toolCount: number;
  /** Takes over what the config allows of tools, looks the token up again, and does what `renew` does. */
  reload(config: Config): Promise<readonly string[]>;
  /** Takes over what the config says of trust and of API tokens of clusters and backup servers. */
  renew(config: Config): Promise<readonly string[]>;
  /** Ends the calls under way, though not their Proxmox tasks, keeps their rows, and closes. */
  shutdown(): Promise<void>;
  /** Resolves when the input has ended and what came in is answered, or nobody reads the answers. */
  readonly finished: Promise<void>;
}

export type StdioServerOptions =
  & ServerOptions
  & Pick<StdioOptions, "input" | "write" | "toolsets">
  & { readonly speaker: Speaker };

/** The programs of this machine are at this address, as the addresses of a token go. */
const ADDRESS = "127.0.0.1";
const SWEEP_MS = 30_000;
const CLOSING_MS = 1_000;
/** Clients give a program whose input has ended two seconds; a pipe's reader waits as long as it takes. */
const ANSWERING_MS = 1_000;

/**
 * Joins all parts into a server on standard input and output. It listens nowhere. Proxmox need not be
 * reachable.
 *
 * @throws AppError `unauthorized` for a token that is not good
 */
export async function startStdio(options: StdioServerOptions): Promise<RunningStdio> {
  const { config, log, speaker, input, write, toolsets } = options;
  const { language, max_body_bytes } = config.server;
  const parts = await joinParts(options, { observe: () => {} });
  const { authenticator, limits } = parts;
  let shown: string;
  try {
    shown = await describe(speaker, parts);
  } catch (error) {
    await parts.close();
    throw error;
  }
  let refusal = "";
  let tokenId = 0;
  const identify = async () => {
    try {
      const principal = await identified(speaker, parts);
      ({ tokenId } = principal);
      refusal = "";
      return principal;
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      const reason = messageOf(error.cause ?? error);
      if (reason !== refusal) log.warning(`Login failed: ${reason}`);
      refusal = reason;
      throw error;
    }
  };
  const connection = new StdioConnection(parts.mcp, {
    input,
    write,
    language,
    toolsets,
    maxLineBytes: max_body_bytes,
    admit: async ({ requests, calls }) => {
      const principal = await identify();
      const wait = (requests > 0 ? await limits.request(tokenId, requests) : undefined) ??
        (calls > 0 ? limits.callAllowed(tokenId, calls) : undefined);
      if (wait === undefined) return { principal, refusal: null };
      const refusal = new AppError("unavailable", messagesIn(language).rateExceeded);
      return { principal, refusal };
    },
  });
  authenticator.onRevoked((revoked) => {
    if (revoked === tokenId) connection.revoke();
  });
  const sweeper = setInterval(parts.sweep, SWEEP_MS);
  const shutdown = async () => {
    parts.stop();
    // What is cut off still leaves its audit row.
    await atMost(CLOSING_MS, Promise.all([limits.idle(), connection.idle()]));
    clearInterval(sweeper);
    await connection.close();
    await parts.close();
  };
  let closing: Promise<void> | undefined;
  return {
    speaker: shown,
    toolCount: parts.mcp.catalog.size,
    reload: (next) => failuresOf([parts.reload(next), ...parts.renew(next)]),
    renew: (next) => failuresOf(parts.renew(next)),
    shutdown: () => closing ??= shutdown(),
    finished: connection.ended.then(() => atMost(ANSWERING_MS, connection.idle())),
  };
}

async function identified(speaker: Speaker, { authenticator }: Parts): Promise<Principal> {
  if (speaker.kind === "token") return await authenticator.authenticate(speaker.token, ADDRESS);
  const { user, scope } = speaker;
  const none = { userId: 0, tokenId: 0, tokenName: "", limits: null, proxmoxTokens: new Map() };
  return { ...none, user, scope, address: ADDRESS };
}

/** A database that is away at the start is asked again with each message. */
async function describe(speaker: Speaker, parts: Parts): Promise<string> {
  try {
    const { user, tokenId, scope } = await identified(speaker, parts);
    const token = tokenId === 0 ? "" : `token ${tokenId}, `;
    return `${user} (${token}scope ${scope})`;
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    if (error.code === "unavailable") return "a token that cannot be checked yet";
    const reason = messageOf(error.cause ?? error);
    throw new AppError(error.code, `Cannot use --token-file: ${reason}`, { cause: error });
  }
}

async function atMost(milliseconds: number, work: Promise<unknown>): Promise<void> {
  await Promise.race([work, aborted(AbortSignal.timeout(milliseconds))]);
}
