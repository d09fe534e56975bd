import { createHmac, hkdfSync, randomBytes } from "node:crypto";
import { typedHere } from "../command.ts";
import { AppError, ioReason } from "../errors.ts";

const BYTES = 32;
const ID_DIGITS = 16;

/** What rows are signed with: whoever does not have it can neither write nor rewrite one. */
export interface AuditKey {
  /** Tells keys apart and tells nothing of the secret: 16 hex digits. */
  readonly id: string;
  readonly secret: Uint8Array;
}

/** Reads the key, 64 hex digits. Throws AppError `invalid` when the file is absent or holds none. */
export async function readAuditKey(path: string): Promise<AuditKey> {
  const failed = `Cannot use audit.key_file ${path}`;
  let text: string;
  try {
    text = (await Deno.readTextFile(path)).trim();
  } catch (error) {
    const remedy = error instanceof Deno.errors.NotFound
      ? `; \`${typedHere("migrate")}\` makes it`
      : "";
    throw new AppError("invalid", `${failed}: ${ioReason(error)}${remedy}`, { cause: error });
  }
  if (text.length === 2 * BYTES && /^[0-9a-f]+$/i.test(text)) return keyOf(text);
  throw new AppError("invalid", `${failed}: it must hold ${2 * BYTES} hex digits`);
}

/** Makes the file with a new key, mode 0600. Null when it is there already: it is left as it is. */
export async function makeAuditKey(path: string): Promise<AuditKey | null> {
  const text = randomBytes(BYTES).toString("hex");
  try {
    await Deno.writeTextFile(path, `${text}\n`, { createNew: true, mode: 0o600 });
  } catch (error) {
    if (error instanceof Deno.errors.AlreadyExists) return null;
    const message = `Cannot make audit.key_file ${path}: ${ioReason(error)}`;
    throw new AppError("invalid", message, { cause: error });
  }
  return keyOf(text);
}

/** Another key of 32 bytes, for one purpose: who has it knows neither this one nor those for others. */
export function keyFor({ secret }: AuditKey, purpose: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(hkdfSync("sha256", secret, "", `proxmox-mcp ${purpose}`, BYTES));
}

function keyOf(hex: string): AuditKey {
  const secret = Uint8Array.fromHex(hex);
  const id = createHmac("sha256", secret).update("proxmox-mcp audit key").digest("hex");
  return { id: id.slice(0, ID_DIGITS), secret };
}
