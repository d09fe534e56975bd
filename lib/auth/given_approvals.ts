import type { AccountChange } from "./accounts.ts";

const END = `UPDATE proxmox_mcp_plan SET state = 'spent'
  WHERE state = 'approved' AND decided_by = $1`;

/** Ends what a user has approved and nobody has made use of: they may do less now, or nothing. */
export async function endGivenApprovals(
  { tx, ownTables }: Pick<AccountChange, "ownTables" | "tx">,
  username: string,
): Promise<void> {
  if (ownTables) await tx.all(END, [username]);
}
