import { AppError } from "../errors.ts";
import { clip } from "../proxmox/clip.ts";
import { Denied } from "./denied.ts";

const MAX_REASON = 4_000;

/** A failure as the caller of a tool is told it, led by what the call was to do; what is no AppError stays. */
export function cannot(action: string, error: unknown): unknown {
  if (!(error instanceof AppError)) return error;
  const reason = clip(error.message, MAX_REASON);
  const message = `Cannot ${action}: ${reason}`;
  if (error instanceof Denied) return new Denied(message);
  return new AppError(error.code, message, { cause: error });
}
