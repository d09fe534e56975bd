export type State = "ok" | "warn" | "fail";

/** One line of `check`. */
export interface Finding {
  /** What was looked at, one word. */
  readonly name: string;
  readonly state: State;
  /** What was found. */
  readonly message: string;
  /** What to do about it; null when there is nothing to do. */
  readonly remedy: string | null;
  /** The cluster that it is about, where there are several. */
  readonly cluster?: string;
}

export function ok(name: string, message: string): Finding {
  return { name, state: "ok", message, remedy: null };
}

export function warn(name: string, message: string, remedy: string | null = null): Finding {
  return { name, state: "warn", message, remedy };
}

export function fail(name: string, message: string, remedy: string | null = null): Finding {
  return { name, state: "fail", message, remedy };
}
