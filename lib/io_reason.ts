import { messageOf } from "./errors.ts";

/** The state behind a failed file or network call, in plain words and without a stack. */
export function ioReason(error: unknown): string {
  if (error instanceof Deno.errors.NotFound) return "no such file or folder";
  if (error instanceof Deno.errors.PermissionDenied) return "permission denied";
  if (error instanceof Deno.errors.NotCapable) {
    return "not among the permissions this process was started with (see: proxmox-mcp flags)";
  }
  if (error instanceof Deno.errors.IsADirectory) return "it is a folder";
  if (error instanceof Deno.errors.NotADirectory) return "a part of the path is not a folder";
  if (error instanceof Deno.errors.AddrInUse) return "the address is in use";
  if (error instanceof Deno.errors.AddrNotAvailable) return "this machine has no such address";
  if (error instanceof Deno.errors.InvalidData) return "it is not UTF-8 text";
  return messageOf(error).replace(/\s+/g, " ").trim();
}
