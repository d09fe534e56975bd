import * as z from "zod";
import { AppError } from "../lib/errors.ts";
import { requireAccess } from "../lib/proxmox/firewall/access.ts";
import { isOn } from "../lib/proxmox/firewall/effect.ts";
import { type Level, openLevel, readRules } from "../lib/proxmox/firewall/level.ts";
import { compact, text } from "../lib/proxmox/api/values.ts";
import type { Change } from "../lib/proxmox/plan.ts";
import { configOutput } from "../lib/tool/config_change.ts";
import { changed, changedGuest, dryRun } from "../lib/tool/fields.ts";
import {
  CHANGING_RULES,
  forceInput,
  levelInput,
  levelText,
  undoCall,
} from "../lib/tool/firewall.ts";
import { defineTool, DESTROYS, type ToolContext } from "../lib/tool/tool.ts";

const policy = z.enum(["ACCEPT", "REJECT", "DROP"]).optional();

const input = z.strictObject({
  vmid: levelInput.vmid,
  node: levelInput.node,
  enabled: z.boolean().optional(),
  policy_in: policy.describe("What no rule decides; not of a node"),
  policy_out: policy,
  ...forceInput,
  ...dryRun,
});

type Input = z.output<typeof input>;

/** What holds where nothing is set (`PVE::Firewall`). */
const DEFAULTS = { policy_in: "DROP", policy_out: "ACCEPT" } as const;

export default defineTool({
  name: "set_firewall_options",
  title: "Firewall on or off",
  description:
    "Switches the firewall of a guest, a node, else the whole datacenter on or off, and sets what happens to traffic that no rule decides.",
  scope: "admin",
  toolsets: ["network"],
  hints: { ...DESTROYS, idempotentHint: true },
  subject: "guest",
  privileges: [],
  conditionalPrivileges: CHANGING_RULES,
  input,
  output: z.object({
    ...changedGuest,
    ...changed,
    of: z.string().optional(),
    changes: configOutput.changes,
    undo: z.string().optional(),
  }),
  action: (given) => `set the firewall's options of ${levelText(given)}`,
  about: aboutOptions,
  run: async (given, { pve }) => {
    const level = await openLevel(pve, given, { change: true });
    const [options, { rules }] = await Promise.all([level.options(), readRules(level)]);
    const changes = changesOf(level, { options, given });
    if (Object.keys(changes).length === 0) {
      return { ...pve.unchanged(`the firewall's options of ${level.of} are so`), of: level.of };
    }
    const wanted = compact({
      enable: given.enabled === undefined ? undefined : given.enabled ? 1 as const : 0 as const,
      policy_in: given.policy_in,
      policy_out: given.policy_out,
    });
    requireAccess(pve, level, {
      before: { rules, options },
      after: { rules, options: { ...options, ...wanted } },
      force: given.force,
    });
    for (const note of consequences(level, { changes, options: { ...options, ...wanted } })) {
      pve.warn(note);
    }
    Object.assign(pve.plan.changes, changes);
    await level.setOptions({ ...wanted, ...compact({ digest: text(options.digest) }) });
    const back = Object.entries(changes).map(([key, { from }]) => [key, from]);
    return {
      of: level.of,
      changes,
      undo: undoCall("set_firewall_options", level, Object.fromEntries(back)),
    };
  },
});

async function aboutOptions(given: Input, { pve }: ToolContext) {
  const level = await openLevel(pve, given);
  const options = await level.options();
  const changes = Object.entries(changesOf(level, { options, given }));
  const lines = changes.map(([key, { from, to }]) => `${key} of ${level.of}: ${from} → ${to}`);
  return { lines, version: JSON.stringify(changes) };
}

/** @throws AppError `invalid` where nothing is asked for, or policies of a node */
function changesOf(
  level: Level,
  { options, given }: { options: Readonly<Record<string, unknown>>; given: Input },
): Record<string, Change> {
  const { enabled, policy_in, policy_out } = given;
  if ((enabled ?? policy_in ?? policy_out) === undefined) {
    throw new AppError("invalid", "give enabled, policy_in or policy_out");
  }
  if (level.kind === "node" && (policy_in ?? policy_out) !== undefined) {
    throw new AppError("invalid", "a node has no policies of its own; those of the cluster hold");
  }
  const rows = [
    ["enabled", isOn(options, level), enabled],
    ["policy_in", text(options.policy_in) ?? DEFAULTS.policy_in, policy_in],
    ["policy_out", text(options.policy_out) ?? DEFAULTS.policy_out, policy_out],
  ] as const;
  return Object.fromEntries(
    rows.filter(([, from, to]) => to !== undefined && to !== from)
      .map(([key, from, to]) => [key, { from, to }]),
  );
}

/** What comes of it that the options themselves do not say. */
function consequences(
  level: Level,
  { changes, options }: {
    changes: Readonly<Record<string, Change>>;
    options: Readonly<Record<string, unknown>>;
  },
): string[] {
  const { enabled, policy_in } = changes;
  if (level.kind === "cluster" && enabled?.to === false) {
    return ["no rule of any node or guest has an effect while the datacenter's firewall is off"];
  }
  const drops = isOn(options, level) &&
    (text(options.policy_in) ?? DEFAULTS.policy_in) !== "ACCEPT";
  if (!drops || (enabled ?? policy_in) === undefined || level.kind === "node") return [];
  const whom = level.kind === "cluster"
    ? "all nodes; ports 8006 and 22 stay open to the cluster's own network and the IP set management"
    : level.of;
  return [`what no rule lets in is kept out of ${whom}`];
}
