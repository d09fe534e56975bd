import { oneLine } from "../../errors.ts";
import { compact, flag, number, record, text } from "../api/values.ts";
import type { ParamsOf } from "../api/types.ts";
import { clip } from "../clip.ts";

/** A rule in Proxmox's own words; what is not set is left out. */
export interface Rule {
  readonly pos: number;
  readonly enabled: boolean;
  /** `in`, `out`, `forward`, or `group` for a security group, which `action` then names. */
  readonly type: string;
  readonly action: string;
  readonly macro?: string;
  readonly iface?: string;
  readonly proto?: string;
  readonly icmp_type?: string;
  readonly source?: string;
  readonly sport?: string;
  readonly dest?: string;
  readonly dport?: string;
  readonly log?: string;
  readonly comment?: string;
  /** Why Proxmox passes it over although it is switched on, as for an IP set that is gone. */
  readonly broken?: string;
}

export type RuleParams = ParamsOf<"/cluster/firewall/rules", "POST">;
export type RuleChange = ParamsOf<"/cluster/firewall/rules/{pos}", "PUT">;

/** What a rule may be without. */
export const OPTIONAL = [
  "macro",
  "iface",
  "proto",
  "icmp_type",
  "source",
  "sport",
  "dest",
  "dport",
  "log",
  "comment",
] as const satisfies readonly (keyof Rule)[];

/** What makes two rules the same: where they stand and what is said of them is no part of it. */
const TELLING = ["type", "action", ...OPTIONAL.filter((key) => key !== "comment")] as const;

export function ruleOf(row: Readonly<Record<string, unknown>>): Rule {
  return compact({
    pos: number(row.pos) ?? 0,
    // Proxmox leaves the flag out for rules that are switched off.
    enabled: flag(row.enable),
    type: text(row.type) ?? "",
    action: text(row.action) ?? "",
    macro: text(row.macro),
    iface: text(row.iface),
    proto: text(row.proto),
    icmp_type: text(row["icmp-type"]),
    source: text(row.source),
    sport: text(row.sport),
    dest: text(row.dest),
    dport: text(row.dport),
    log: text(row.log),
    comment: text(row.comment),
    broken: brokenOf(row),
  });
}

function brokenOf({ errors }: Readonly<Record<string, unknown>>): string | undefined {
  const reasons = Object.entries(record(errors)).map(([key, reason]) => `${key}: ${reason}`);
  return reasons.length === 0 ? undefined : clip(oneLine(reasons.join("; ")));
}

/** True when both let in and keep out the same. */
export function isSame(one: Omit<Rule, "pos">, other: Omit<Rule, "pos">): boolean {
  return TELLING.every((key) => same(one[key], other[key]));
}

function same(one: string | undefined, other: string | undefined): boolean {
  return one?.toLowerCase() === other?.toLowerCase();
}

/** The settings as Proxmox takes them; those that are undefined are left alone. */
export function paramsOf(rule: Partial<Omit<Rule, "pos">>): RuleChange {
  const { broken: _, enabled, icmp_type, log, type, ...named } = rule;
  return compact({
    ...named,
    type: type as RuleChange["type"],
    log: log as RuleChange["log"],
    "icmp-type": icmp_type,
    enable: enabled === undefined ? undefined : enabled ? 1 : 0,
  });
}

/** One line: `in ACCEPT tcp dport 443 from 10.0.0.0/8 (off)`. */
export function ruleText(rule: Omit<Rule, "pos">): string {
  const part = (word: string, value: string | undefined) =>
    value === undefined ? [] : [word, value];
  return [
    rule.type,
    rule.action,
    ...part("macro", rule.macro),
    ...rule.proto === undefined ? [] : [rule.proto],
    ...part("icmp-type", rule.icmp_type),
    ...part("dport", rule.dport),
    ...part("sport", rule.sport),
    ...part("from", rule.source),
    ...part("to", rule.dest),
    ...part("on", rule.iface),
    ...rule.enabled ? [] : ["(off)"],
    ...rule.broken === undefined ? [] : [`(no effect, ${rule.broken})`],
  ].join(" ");
}
