import * as z from "zod";
import { key } from "./keys.ts";

const NAME = /^[a-z0-9][a-z0-9_-]{0,31}$/;

/** What the user calls one section of several: it stands in messages, metrics and arguments. */
export const sectionName = z.string().regex(
  NAME,
  'must be a name of at most 32 lower-case letters, digits, "-" and "_"',
);

/**
 * Sections of one kind, each under a name that the user chooses: `backup_servers.pbs1.host`. No option
 * and no environment variable sets a key of theirs, since it could not say which section it means.
 */
export function named<T extends z.ZodType>(section: T) {
  return key(z.record(sectionName, section).default({}), {});
}
