import * as z from "zod";
import type { Privilege } from "./tool.ts";

/** What it takes to change tokens of any Proxmox user, and to see them. */
export const CHANGING_TOKENS: readonly Privilege[] = [["/access/groups", "User.Modify"]];

/** Whose token it is, and what it is called. */
export const tokenInput = {
  user: z.string().max(64)
    .regex(/^[^\s:/!\p{C}]+@[A-Za-z][A-Za-z0-9._-]+$/u, "must be user@realm"),
  name: z.string().max(64)
    .regex(/^[A-Za-z][A-Za-z0-9._-]+$/, "must be a letter, then letters, digits, ., _ or -"),
};
