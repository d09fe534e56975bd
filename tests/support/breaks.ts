/** What breaks the first worker of `breaking_server.ts`, and the second. */
export const BREAKS = ["SIGWINCH", "SIGURG"] as const;
/** What has an error thrown in each that nobody catches. */
export const FAULT = "SIGIO";
/** What has the second stand still for ever. */
export const STICKS = "SIGPWR";
