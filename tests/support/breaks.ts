/** What breaks the first worker of `breaking_server.ts`, and the second. */
export const BREAKS = ["SIGWINCH", "SIGURG"] as const;
