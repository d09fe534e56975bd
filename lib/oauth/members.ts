import { hash } from "node:crypto";
import type { AuditLog } from "../audit/log.ts";
import { rowAt } from "../audit/row.ts";
import type { AccountStore } from "../auth/account_store.ts";
import { type Bearer, BearerEnded } from "../auth/bearer.ts";
import type { SignIn, SignIns } from "../auth/sign_ins.ts";
import { generateToken, hashToken } from "../auth/token.ts";
import type { UserLink, UserLinks } from "../auth/user_links.ts";
import { typed } from "../command.ts";
import { AppError, messageOf } from "../errors.ts";
import type { AccessToken } from "./access_token.ts";
import { roleOfGroups, type RolesByGroup } from "./roles.ts";

/** Clients that one user may be signed in with at once; a provider may let anybody register more. */
const MAX_CLIENTS = 200;
const LONGEST_NAME = 100;

export interface MembersOptions {
  readonly issuer: string;
  readonly claims: { readonly user: string; readonly groups: string; readonly roles: RolesByGroup };
  readonly accounts: Pick<AccountStore, "listRoles">;
  readonly links: UserLinks;
  readonly signIns: SignIns;
  readonly audit: Pick<AuditLog, "write">;
  readonly now: () => Date;
}

/** Who comes with the tokens of an identity provider: users, and the rows that their tokens are used by. */
export class Members {
  readonly #options: MembersOptions;
  #roles: RolesByGroup;

  constructor(options: MembersOptions) {
    this.#options = options;
    this.#roles = options.claims.roles;
  }

  /** From now on groups give these roles. */
  setRoles(roles: RolesByGroup): void {
    this.#roles = roles;
  }

  /**
   * The row by which a client's tokens for a user are used; it is made when the first of them comes, and so is
   * the user where a group gives it a role. Throws BearerEnded for who is not known here.
   */
  async signInOf(token: AccessToken): Promise<Bearer> {
    const link = await this.#linkOf(token);
    const signIn = await this.#openedBy(token, link);
    const tokenHash = await this.#options.signIns.tokenHashOf(signIn);
    if (tokenHash === undefined) throw this.#refusal(token, `token ${signIn.tokenId} is gone`);
    return { tokenHash, scope: token.scope, byGroup: link.groupsAt !== null };
  }

  async #linkOf(token: AccessToken): Promise<UserLink> {
    const { issuer, links } = this.#options;
    const subject = { issuer, subject: token.subject };
    const known = await links.find(subject);
    if (known !== undefined && known.groupsAt === null) return known;
    const role = await this.#roleOf(token);
    if (known === undefined) {
      if (role === undefined) throw this.#refusal(token, `nobody here is ${token.subject}`);
      return await this.#join(token, role);
    }
    const { issuedAt } = token;
    if (await links.setRole(known, { roleId: role?.id ?? null, issuedAt })) {
      await this.#note(known.username, { tool: "user_role", told: { role: role?.name ?? null } });
    }
    return known;
  }

  async #roleOf({ claims }: AccessToken) {
    if (Object.keys(this.#roles).length === 0) return undefined;
    const known = await this.#options.accounts.listRoles();
    return roleOfGroups(claims[this.#options.claims.groups], { roles: this.#roles, known });
  }

  /** Makes the user, unless another instance is just doing so. */
  async #join(token: AccessToken, role: { id: number; name: string }): Promise<UserLink> {
    const { issuer, links, claims, now } = this.#options;
    const { subject, issuedAt } = token;
    const named = token.claims[claims.user];
    if (typeof named !== "string") throw this.#refusal(token, `it has no claim ${claims.user}`);
    const username = named.normalize("NFKC");
    try {
      await links.create({
        issuer,
        subject,
        username,
        roleId: role.id,
        issuedAt,
        createdAt: now(),
      });
      await this.#note(username, { tool: "user_create", told: { role: role.name, subject } });
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      if (error.code === "invalid") throw this.#refusal(token, messageOf(error));
      if (error.code !== "conflict") throw error;
    }
    const link = await links.find({ issuer, subject });
    if (link !== undefined) return link;
    throw this.#refusal(token, `there is a user ${username} already, who is somebody else`);
  }

  async #openedBy(token: AccessToken, link: UserLink): Promise<Pick<SignIn, "tokenId">> {
    const { issuer, signIns, now } = this.#options;
    const { clientId } = token;
    const grant = grantOf({ issuer, clientId, userId: link.userId });
    const known = await signIns.byGrant(grant);
    if (known !== undefined) return known;
    if (await signIns.countOpen({ userId: link.userId, issuer }) >= MAX_CLIENTS) {
      const advice = `end some with \`${typed("token revoke ID")}\``;
      throw new BearerEnded(
        `user ${link.username} is signed in with ${MAX_CLIENTS} clients of ${issuer} already: ${advice}`,
      );
    }
    const opening = signIns.open(
      {
        username: link.username,
        name: nameOf(clientId),
        tokenHash: hashToken(generateToken()),
        permission: "admin",
        expires: null,
        allowedIps: "",
        createdAt: now(),
      },
      { kind: "provider", issuer, clientId, clientName: "", grant },
    );
    try {
      return { tokenId: (await opening).id };
    } catch (error) {
      // Another instance, or another call, was first.
      const made = error instanceof AppError && error.code === "conflict"
        ? await signIns.byGrant(grant)
        : undefined;
      if (made === undefined) throw error;
      return made;
    }
  }

  #refusal({ subject }: AccessToken, reason: string): BearerEnded {
    const { issuer } = this.#options;
    const advice = typed(`user link NAME --subject ${quoted(subject)}`);
    return new BearerEnded(`token of ${issuer}: ${reason}; to let them in: ${advice}`);
  }

  /** What the provider's groups have done to an account here. */
  async #note(user: string, { tool, told }: { tool: string; told: object }): Promise<void> {
    const { audit, issuer, now } = this.#options;
    await audit.write({
      ...rowAt(now()),
      user,
      door: "sign_in",
      tool,
      arguments: JSON.stringify({ issuer, ...told }),
    });
  }
}

/** The same for all tokens that a client has for a user, and for no others. */
function grantOf(parts: { issuer: string; clientId: string; userId: number }): string {
  const { issuer, clientId, userId } = parts;
  const text = JSON.stringify([issuer, clientId, userId]);
  return `provider:${hash("sha256", text, "base64url")}`;
}

function nameOf(clientId: string): string {
  return `sign-in: ${clientId || "unnamed client"}`.slice(0, LONGEST_NAME);
}

/** As a shell takes it for one word: whoever copies the line runs nothing else. */
function quoted(word: string): string {
  return /^[\w.@:|+-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
