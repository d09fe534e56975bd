/** A refusal: its text is the whole body. */
export class PbsError extends Error {
  constructor(
    readonly status: number,
    message: string,
    readonly more: {
      /** Which of the server's delays comes before it. */
      wait?: "login" | "permission" | "lock";
      /** By parameter, as only the extjs form tells. */
      errors?: Record<string, string>;
      /** Without a Content-Type, as some errors come. */
      bare?: boolean;
    } = {},
  ) {
    super(message);
  }
}

/** What most refusals are: not found, conflicts and disk errors alike. */
export function fail(message: string): never {
  throw new PbsError(400, message);
}

export function forbid(message = "permission check failed", wait?: "permission"): never {
  throw new PbsError(403, message, wait ? { wait } : {});
}

/** One parameter by its name, or several in a list. */
export function refuse(errors: Record<string, string>): never {
  const told = Object.entries(errors);
  const [first] = told;
  const message = told.length === 1 && first
    ? `parameter verification failed - '${first[0]}': ${first[1]}`
    : ["parameter verification failed:", ...told.map(([name, text]) => `- '${name}': ${text}`)]
      .join("\n");
  throw new PbsError(400, message, { errors });
}
