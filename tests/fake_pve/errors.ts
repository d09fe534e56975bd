/** A refusal with the JSON body that Proxmox sends along: `message`, and `errors` per parameter. */
export class PveError extends Error {
  constructor(
    readonly status: number,
    message: string,
    readonly errors?: Record<string, string>,
  ) {
    super(message);
  }
}

/** A refusal that consists of its status line; `body` is plain text where Proxmox sends any. */
export class BareStatus extends Error {
  constructor(readonly status: number, readonly reason: string, readonly body = "") {
    super(reason);
  }
}

export function die(message: string): never {
  throw new PveError(500, message);
}

export function deny(detail?: string): never {
  throw new PveError(403, "Permission check failed" + (detail ? ` (${detail})` : ""));
}

export function refuse(errors: Record<string, string>): never {
  throw new PveError(400, "Parameter verification failed.", errors);
}

/** An error as a task's exit status shows it. */
export function reasonOf(error: unknown): string {
  if (error instanceof PveError && error.errors) {
    const details = Object.entries(error.errors).map(([name, text]) =>
      `${name}: ${text.trimEnd()}`
    );
    return `${error.status} ${error.message} ${details.join(", ")}`;
  }
  // What is no mere `die` bears its status (`PVE::Exception`).
  if (error instanceof PveError && error.status === 403) return `403 ${error.message}`;
  return error instanceof Error ? error.message : String(error);
}
