import { userInfo } from "node:os";

/** `local:ada`, or `local` where the process may not know who runs it. */
export function localUser(): string {
  try {
    return `local:${userInfo().username}`;
  } catch {
    return "local";
  }
}
