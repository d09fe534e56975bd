import { AppError } from "../../errors.ts";

export function noAnswer(): AppError {
  return new AppError(
    "conflict",
    "what was typed at the container's prompt was not answered: root's shell there may be an unusual one or " +
      "may still be starting; the shell that was begun ends by itself within 20 s",
  );
}

export function timedOut(seconds: number): AppError {
  return new AppError(
    "timeout",
    `the command ran for ${seconds} s and was ended in the container (TERM, then KILL)`,
  );
}

/** Why the program in the guest could not begin, by what it said. */
export function unable(
  kind: string,
  { what, user }: { what: string; user: string | undefined },
): AppError {
  if (kind === "nouser") return new AppError("not_found", `the container has no user ${user}`);
  return new AppError(
    "conflict",
    kind === "lacks"
      ? `the container lacks the program ${what}, which this needs; install it there (coreutils and util-linux, or BusyBox)`
      : "no folder could be made in the container's /tmp; look whether it is full or read-only",
  );
}
