import { AppError } from "../errors.ts";
import type { AccountChange } from "./accounts.ts";

/** Active users whose scope is `admin`; see `scopeOfUser`. */
const ADMINISTRATORS = `SELECT id FROM auth_user WHERE is_active AND (
  (role_id IS NULL AND is_superuser)
  OR role_id IN (SELECT id FROM auth_user_roles WHERE is_superuser OR can_admin)) ORDER BY id`;

/**
 * Makes a change that may take from somebody what administrators may do. Throws AppError `conflict` when no
 * active administrator would be left, unless `force` is set. What made it so is locked until the end, lest
 * two changes at once each rely on the other's administrator.
 */
export async function keepAdministrator<T>(
  { tx, forUpdate }: Pick<AccountChange, "tx" | "forUpdate">,
  { action, force, work }: {
    /** `disable user ayse`, for the message. */
    readonly action: string;
    readonly force: boolean;
    readonly work: () => Promise<T>;
  },
): Promise<T> {
  const before = await tx.all(`${ADMINISTRATORS} ${forUpdate}`);
  const result = await work();
  if (force || before.length === 0) return result;
  const after = await tx.all(ADMINISTRATORS);
  if (after.length > 0) return result;
  throw new AppError(
    "conflict",
    `Cannot ${action}: no active administrator would be left, and nobody could call what needs the ` +
      "scope admin; make another one first, or use --force",
  );
}
