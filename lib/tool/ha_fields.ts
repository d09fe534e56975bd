import * as z from "zod";
import { HA_STATES } from "../proxmox/cluster/ha_resources.ts";
import { guestReference, oneLine } from "./fields.ts";
import type { Privilege } from "./tool.ts";

/** What it takes to change anything of HA, and to read it. */
export const CHANGING_HA: readonly Privilege[] = [["/", "Sys.Console"], ["/", "Sys.Audit"]];

const comment = oneLine.max(4096).optional();

export const haState = z.enum(HA_STATES);

/** What HA is told of a guest besides its state. */
export const resourceFields = {
  max_restart: z.int().min(0).max(1000).optional().describe("Tries on its node"),
  max_relocate: z.int().min(0).max(1000).optional().describe("Moves after those"),
  comment,
  group: z.string().regex(/^(?:[a-zA-Z][a-zA-Z0-9_-]+)?$/, "must be a group").optional().describe(
    "Proxmox VE 8 only",
  ),
};

/** A guest as HA has it, in the output. */
export const resourceOutput = {
  sid: z.string().optional(),
  state: z.string().optional(),
};

export const ruleName = z.string()
  .regex(/^[a-zA-Z][a-zA-Z0-9_-]{1,99}$/, "must be a letter, then letters, digits, _ or -");

/** A rule, in the output. */
export const ruleOutput = {
  rule: z.string().optional(),
  type: z.string().optional(),
  unchanged: z.boolean().optional(),
};

const nodeWithPriority = z.string()
  .regex(
    /^[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?(?::\d{1,4})?$/,
    "must be node or node:priority",
  );

/** What HA is told of where guests run: nodes, or how guests stand to one another. */
export const ruleFields = {
  nodes: z.array(nodeWithPriority).min(1).max(100).optional()
    .describe("pve1 or, with a priority, pve1:2; for node affinity"),
  strict: z.boolean().optional().describe("On no other node, whatever fails"),
  affinity: z.enum(["positive", "negative"]).optional().describe("Guests together or apart"),
  // Proxmox decodes it once more than it was encoded (9.2.11's `check_config`).
  comment: comment.refine(
    (given) => given === undefined || !/%[0-9A-Fa-f]{2}/.test(given),
    "must be without %XX: Proxmox keeps a letter in its place",
  ),
  enabled: z.boolean().optional(),
};

export const ruleGuests = z.array(guestReference).min(1).max(100);
