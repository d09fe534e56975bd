import type { Exceptions } from "../fake_pve/recorded.ts";

/** Where a recording of a real server contradicts the description, the recording wins. */
export const exceptions: Readonly<Record<string, Exceptions>> = {};
