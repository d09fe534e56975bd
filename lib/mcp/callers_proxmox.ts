import type { Principal } from "../auth/principal.ts";
import { namingCommand, type SealedToken, type TokenSeal } from "../auth/proxmox_tokens.ts";
import { AppError } from "../errors.ts";
import type { Resource } from "../proxmox/api/values.ts";
import type { Parties } from "../proxmox/parties.ts";
import type { PveShared } from "../proxmox/pve_parts.ts";
import { Denied } from "./denied.ts";
import { type Language, messagesIn } from "./messages.ts";

/** Who is to reach Proxmox. */
export interface ProxmoxCaller {
  readonly principal: Pick<Principal, "proxmoxTokens" | "user" | "userId">;
  readonly language: Language;
}

interface Options {
  readonly parties: Parties;
  /** Null where there is no key that tokens of users could be kept under. */
  readonly seal: TokenSeal | null;
  /** True refuses who has no token of their own. */
  readonly required: boolean;
}

interface Known {
  readonly sealed: string;
  /** Why there is none, for a token that cannot be read. */
  readonly party: Promise<PveShared | AppError>;
}

/** Users whose parts are kept; those who have not called for longest make room. */
const MOST_KEPT = 200;

/**
 * Proxmox as each caller reaches it: with the API token of the caller's own where the user has one, else with
 * the server's. A call has no other way to Proxmox than this.
 */
export class CallersProxmox {
  readonly #options: Options;
  readonly #known = new Map<number, Known>();

  constructor(options: Options) {
    this.#options = options;
  }

  /** Proxmox as the server itself reaches it, for what nobody asks for. */
  get own(): PveShared {
    return this.#options.parties.own;
  }

  /** Who may send nothing is given what refuses every request, so that what needs no Proxmox still works. */
  of({ principal, language }: ProxmoxCaller): Promise<PveShared> {
    const { parties, required } = this.#options;
    const { proxmoxTokens, user, userId } = principal;
    const { cluster } = parties.own;
    const token = proxmoxTokens.get(cluster);
    if (token !== undefined) return this.#withToken(token, { user, userId });
    if (!required) return Promise.resolve(parties.own);
    const command = userId === 0 ? undefined : namingCommand(user, cluster);
    const message = messagesIn(language).ownTokenRequired(user, command);
    return Promise.resolve(parties.refusing(new Denied(message)));
  }

  /**
   * Every resource that the server's own token or the caller's sees, for what must hold whatever a caller's
   * token sees.
   */
  async resourcesFor(caller: ProxmoxCaller): Promise<Resource[]> {
    const { own } = this.#options.parties;
    const { directory } = await this.of(caller);
    const lists = await Promise.all(
      [...new Set([own.directory, directory])].map((each) => each.resources({ fresh: true })),
    );
    return [...new Map(lists.flat().map((row) => [row.id, row])).values()];
  }

  /** What one call was refused is not held against the next. */
  async #withToken(
    token: SealedToken,
    owner: { user: string; userId: number },
  ): Promise<PveShared> {
    const party = await this.#partyOf(token, owner);
    return party instanceof AppError ? this.#options.parties.refusing(party) : party;
  }

  #partyOf(token: SealedToken, owner: { user: string; userId: number }): Known["party"] {
    const { userId } = owner;
    const known = this.#known.get(userId);
    this.#known.delete(userId);
    if (known?.sealed === token.sealed) {
      this.#known.set(userId, known);
      return known.party;
    }
    if (known !== undefined) this.#close(known);
    const party = this.#open(token, owner);
    this.#known.set(userId, { sealed: token.sealed, party });
    const [[oldest, least] = []] = this.#known;
    if (this.#known.size > MOST_KEPT && oldest !== undefined && least !== undefined) {
      this.#known.delete(oldest);
      this.#close(least);
    }
    return party;
  }

  async #open(
    token: SealedToken,
    { user, userId }: { user: string; userId: number },
  ): Promise<PveShared | AppError> {
    const { parties, seal } = this.#options;
    const { cluster, tokenId } = token;
    const naming = namingCommand(user, cluster);
    const secret = await seal?.open(token, userId);
    if (secret === undefined) {
      const why = seal === null
        ? "audit.key_file, which it was kept under, is not set"
        : "it was kept under another audit.key_file";
      const state = `the Proxmox API token ${tokenId} of user ${user} cannot be read: ${why}`;
      const message = `${state}; \`${naming}\` keeps it anew`;
      return new AppError("unavailable", message);
    }
    const at = tokenId.indexOf("!");
    return parties.open({
      user: tokenId.slice(0, at),
      tokenName: tokenId.slice(at + 1),
      tokenValue: secret,
      rejected:
        `it is that of user ${user}: see that it is not expired, or name another by \`${naming}\``,
    });
  }

  #close({ party }: Known): void {
    void party.then((party) => {
      if (!(party instanceof AppError)) this.#options.parties.close(party);
    });
  }
}

/** What is made in a call is marked with, where Proxmox does not know who calls. */
export function markOfCaller({ user }: Pick<Principal, "user">, requestId?: string): string {
  const program = requestId === undefined ? "proxmox-mcp" : `proxmox-mcp ${requestId}`;
  // Templates of notes replace what stands in braces, and have escapes of their own.
  return `by ${user.replaceAll(/[^\p{L}\p{N}_.@+:-]/gu, "_").slice(0, 150)}, ${program}`;
}
