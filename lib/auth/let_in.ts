import type { AccountChange } from "./accounts.ts";

const END = `UPDATE auth_application_tokens SET is_active = FALSE WHERE is_active AND id IN (
  SELECT token_id FROM proxmox_mcp_sign_in WHERE let_in_by = $1) RETURNING id`;

/**
 * Ends the clients that were let in with this token: whoever has got hold of it may have done so, and they may
 * do no more than it.
 */
export async function endLetIn(
  { tx, ownTables, concern }: Pick<AccountChange, "tx" | "ownTables" | "concern">,
  tokenId: number,
): Promise<void> {
  if (!ownTables) return;
  concern((await tx.all(END, [tokenId])).map(({ id }) => Number(id)));
}
