import { AppError } from "../../errors.ts";
import { flag, text } from "../api/values.ts";
import { type Guest, guestsIn } from "../guest/directory.ts";
import { assertKnown } from "../known.ts";
import type { Pve } from "../pve.ts";
import { requireNode } from "./nodes.ts";
import { partsOf, readPlacement } from "./ha.ts";
import { readResources, sidOf, vmidOf } from "./ha_resources.ts";

export type Affinity = "positive" | "negative";

/** What rules of both kinds have, Proxmox's defaults filled in; lists as Proxmox takes them, sorted. */
interface Common {
  readonly resources: string;
  readonly comment: string;
  readonly disable: boolean;
}

export interface NodeAffinity extends Common {
  readonly type: "node-affinity";
  readonly nodes: string;
  readonly strict: boolean;
}

export interface ResourceAffinity extends Common {
  readonly type: "resource-affinity";
  readonly affinity: Affinity;
}

export type HaRule = NodeAffinity | ResourceAffinity;

export interface KnownRule {
  readonly name: string;
  readonly digest: string | undefined;
  readonly rule: HaRule;
}

/**
 * The rules of HA.
 *
 * @throws AppError `unavailable` before Proxmox VE 9, which has groups
 */
export async function readRules(pve: Pve): Promise<KnownRule[]> {
  const { kind, rows } = await readPlacement(pve);
  if (kind === "rules") {
    return rows.map((row) => ({
      name: String(row.rule),
      digest: text(row.digest),
      rule: ruleOf(row),
    }));
  }
  const groups = rows.map((row) => String(row.group)).join(", ") || "none";
  throw new AppError(
    "unavailable",
    `this Proxmox VE has HA groups (${groups}), and rules from version 9 on: give a guest's HA resource a group`,
  );
}

/**
 * A rule that is to be changed: the call is about the guests that it names.
 *
 * @throws AppError `not_found` naming the rules that there are
 */
export async function requireRule(
  pve: Pve,
  name: string,
): Promise<{ readonly known: KnownRule; readonly others: readonly KnownRule[] }> {
  const rules = await readRules(pve);
  assertKnown(name, { what: "HA rule", known: rules.map((each) => each.name) });
  const known = rules.find((each) => each.name === name);
  if (known === undefined) throw new AppError("not_found", `there is no HA rule ${name}`);
  const named = known.rule.resources.split(",");
  const there = guestsIn(await pve.resources()).filter((guest) => named.includes(sidOf(guest)));
  for (const { vmid } of there) await pve.find({ vmid });
  return { known, others: rules.filter((each) => each !== known) };
}

/**
 * Guests as rules name them: those that HA cares for.
 *
 * @throws AppError `not_found` for a guest that there is not
 */
export async function resourcesOf(pve: Pve, given: readonly (number | string)[]): Promise<string> {
  const guests: Guest[] = [];
  for (const vmid of given) guests.push(await pve.find({ vmid }));
  const known = (await readResources(pve)).map(({ sid }) => sid);
  const wanted = [...new Set(guests.map(sidOf))].sort();
  const missing = wanted.filter((sid) => !known.includes(sid));
  const there = known.length === 0 ? "none" : `only ${known.sort().join(", ")}`;
  pve.check(
    "HA cares for the guests",
    missing.length === 0,
    `HA does not care for ${missing.join(", ")}, ${there}: ${pve.advice.ha} first`,
  );
  return wanted.join(",");
}

/**
 * Nodes with their priorities as rules name them: `pve1:2,pve2`.
 *
 * @throws AppError `not_found` naming the nodes that there are
 */
export async function nodesOf(pve: Pve, given: readonly string[]): Promise<string> {
  for (const each of given) await requireNode(pve, each.replace(/:\d+$/, ""));
  return listed(given.join(","));
}

/** Requires that Proxmox can follow a rule beside the others. */
export async function requireFeasible(
  pve: Pve,
  rule: HaRule,
  others: readonly KnownRule[],
): Promise<void> {
  const nodes = (await pve.list("/nodes")).length;
  const reasons = reasonsAgainst(rule, { others, nodes });
  pve.check("HA can follow it", reasons.length === 0, reasons.join("; "));
}

/** Nothing stands against a rule that is switched off. */
function reasonsAgainst(
  rule: HaRule,
  { others, nodes }: { others: readonly KnownRule[]; nodes: number },
): string[] {
  if (rule.disable) return [];
  const sids = rule.resources.split(",");
  const active = others.filter((each) => !each.rule.disable);
  const shared = (other: KnownRule) =>
    other.rule.resources.split(",").filter((sid) => sids.includes(sid));
  if (rule.type === "node-affinity") {
    return active.filter((other) => other.rule.type === rule.type && shared(other).length > 0)
      .map((other) => `${shared(other).join(", ")} has the node affinity of ${other.name} already`);
  }
  const contrary = active.filter(({ rule: other }) =>
    other.type === rule.type && other.affinity !== rule.affinity
  ).filter((other) => shared(other).length > 1);
  return [
    ...(sids.length < 2 ? ["affinity is between two guests or more"] : []),
    ...(rule.affinity === "negative" && sids.length > nodes
      ? [`${sids.length} guests cannot be apart on ${nodes} nodes`]
      : []),
    ...contrary.map((other) => `${shared(other).join(" and ")}: ${other.name} says the contrary`),
  ];
}

/** A rule in one line, for people. */
export function ruleText({ name, rule }: Pick<KnownRule, "name" | "rule">): string {
  const what = rule.type === "node-affinity"
    ? `${rule.resources} on ${rule.nodes}${rule.strict ? " only" : ""}`
    : `${rule.resources} ${rule.affinity === "positive" ? "together" : "apart"}`;
  return `HA rule ${name}: ${what}${rule.disable ? " (switched off)" : ""}`;
}

/** What makes a rule again, for the one who takes its removal back. */
export function remaking({ name, rule }: Pick<KnownRule, "name" | "rule">): string {
  const { disable, resources, comment } = rule;
  const kind = rule.type === "node-affinity"
    ? { nodes: rule.nodes.split(","), strict: rule.strict }
    : { affinity: rule.affinity };
  const guests = resources.split(",").map(vmidOf);
  return JSON.stringify({ rule: name, guests, ...kind, comment, enabled: !disable });
}

function ruleOf(row: Readonly<Record<string, unknown>>): HaRule {
  const common = {
    resources: listed(text(row.resources) ?? ""),
    comment: text(row.comment) ?? "",
    disable: flag(row.disable),
  };
  if (row.type === "resource-affinity") {
    const affinity = row.affinity === "negative" ? "negative" : "positive";
    return { type: row.type, ...common, affinity };
  }
  const nodes = listed(text(row.nodes) ?? "");
  return { type: "node-affinity", ...common, nodes, strict: flag(row.strict) };
}

/** Without the priority 0, which is none. */
function listed(list: string): string {
  return [...new Set(partsOf(list).map((part) => part.replace(/:0$/, "")))].sort().join(",");
}
