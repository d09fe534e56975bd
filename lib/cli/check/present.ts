import { AppError } from "../../errors.ts";
import type { Client } from "../../proxmox/api/client.ts";

/** What Proxmox has already of what a token for this program needs. */
export interface Present {
  /** The names of its roles, each with its privileges. */
  readonly roles: ReadonlyMap<string, readonly string[]>;
  /** True when the token, and so its user, is there. */
  readonly token: boolean;
}

export const NOTHING: Present = { roles: new Map(), token: false };

/** Reads what is there, by a token that Proxmox has accepted. */
export async function readPresent(client: Client, signal: AbortSignal): Promise<Present> {
  try {
    const { data } = await client.read("/access/roles", signal);
    return { roles: new Map(Array.isArray(data) ? data.map(roleOf) : []), token: true };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return { ...NOTHING, token: true };
  }
}

function roleOf(row: { readonly roleid?: unknown; readonly privs?: unknown }): [string, string[]] {
  return [String(row.roleid), String(row.privs ?? "").split(",").filter((name) => name !== "")];
}
