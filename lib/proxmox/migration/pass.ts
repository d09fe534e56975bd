import { isKind } from "../api/errors.ts";
import { text } from "../api/values.ts";
import { AppError } from "../../errors.ts";
import type { Pve } from "../pve.ts";

/** What its user may do on a path of Proxmox's permissions. */
export interface Need {
  readonly path: string;
  readonly privileges: readonly string[];
  /** True where they are needed on what is below too. */
  readonly below?: boolean;
}

/** A path, and the role there that allows what is needed and as little else as possible. */
export interface Grant {
  readonly path: string;
  readonly role: string;
  /** True where it holds below too. */
  readonly propagate: boolean;
}

/** An API token of a cluster by which one guest may come in; made for that, and gone after it. */
export interface Pass {
  /** `user@realm` */
  readonly user: string;
  readonly name: string;
  /** Unix seconds, after which Proxmox takes it no more, should nobody be left to delete it. */
  readonly expires: number;
}

/** Longer than a guest is on its way: each of its disks is sent by a connection of its own. */
export const PASS_SECONDS = 86_400;
const NAME = /^mcp-move-\d{3,9}-[0-9a-f]{8}$/;
const TOKEN = "/access/users/{userid}/token/{tokenid}";

/** One that is not made yet. */
export function newPass(pve: Pve, vmid: number): Pass {
  // Plans of the same are the same, whenever they are made.
  const id = pve.dryRun ? "0".repeat(8) : crypto.randomUUID().slice(0, 8);
  return {
    user: ownerOf(pve),
    name: `mcp-move-${vmid}-${id}`,
    expires: Math.floor(pve.now().getTime() / 1000) + PASS_SECONDS,
  };
}

/** True for the name of a token that only this program makes. */
export function isPassName(name: string): boolean {
  return NAME.test(name);
}

/** `user@realm`, whose token Proxmox is asked with. */
export function ownerOf({ tokenId }: Pick<Pve, "tokenId">): string {
  return tokenId.slice(0, tokenId.indexOf("!"));
}

/**
 * Makes the token, with what it is granted and nothing of its user's besides.
 *
 * @returns its secret; a placeholder in a dry run
 */
export async function issue(
  pve: Pve,
  pass: Pass,
  { comment, grants }: { comment: string; grants: readonly Grant[] },
): Promise<string> {
  const { user, name, expires } = pass;
  const made = await pve.post(TOKEN, { userid: user, tokenid: name }, {
    privsep: true,
    comment,
    // Of a plan only how long it lasts is known.
    ...(pve.dryRun ? {} : { expire: expires }),
  });
  for (const { path, propagate, role } of grants) {
    const tokens = `${user}!${name}`;
    await pve.put("/access/acl", {}, { path, roles: role, tokens, propagate });
  }
  if (pve.dryRun) return "[made for it]";
  const secret = text(made.value);
  if (secret !== undefined) return secret;
  throw new AppError("unavailable", "Proxmox's answer to the new API token holds no secret");
}

/** Deletes the token, and with it what it was granted; one that is gone is no failure. */
export async function withdraw(
  pve: Pve,
  { user, name }: Pick<Pass, "user" | "name">,
): Promise<void> {
  try {
    await pve.delete(TOKEN, { userid: user, tokenid: name });
  } catch (error) {
    if (!isKind(error, "missing")) throw error;
  }
}
