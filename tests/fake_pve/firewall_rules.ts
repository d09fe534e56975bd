import { refuse } from "./errors.ts";
import type { FakeFirewall, FakeRule, Scalar } from "./state.ts";
import type { Params } from "./validate.ts";
import type { Call } from "./world.ts";

/** Where a rule stands, as Proxmox's `rule_env` has it. */
export type RuleKind = "cluster" | "ct" | "group" | "host" | "vm";

/** Some of the macros, and the only proto and port that a rule with one may name. */
export const macros: Readonly<Record<string, { proto: string; dport?: string }>> = {
  DNS: { proto: "udp", dport: "53" },
  HTTP: { proto: "tcp", dport: "80" },
  HTTPS: { proto: "tcp", dport: "443" },
  Ping: { proto: "icmp" },
  PostgreSQL: { proto: "tcp", dport: "5432" },
  SSH: { proto: "tcp", dport: "22" },
};

const KEYS = [
  "action",
  "comment",
  "dest",
  "dport",
  "enable",
  "icmp-type",
  "iface",
  "log",
  "macro",
  "proto",
  "source",
  "sport",
  "type",
];
const TYPES: Record<RuleKind, string[]> = {
  ct: ["in", "out", "group"],
  vm: ["in", "out", "group"],
  group: ["in", "out", "forward"],
  cluster: ["in", "out", "forward", "group"],
  host: ["in", "out", "forward", "group"],
};
const WITH_PORTS = new Set(["tcp", "udp", "dccp", "sctp", "udplite", "6", "17"]);
const PROTOCOL =
  /^(?:tcp|udp|icmp|icmpv6|ipv6-icmp|igmp|esp|ah|gre|ospf|vrrp|sctp|dccp|udplite|\d{1,3})$/;
const NAME = "[A-Za-z][A-Za-z0-9_-]+";
const SERVICES = new Set(["domain", "ftp", "http", "https", "ssh", "smtp"]);

/** The rule that a request tells; an empty value takes a setting away. */
export function ruleOf({ values }: Params): FakeRule {
  return Object.fromEntries(
    KEYS.filter((key) => values[key] !== undefined).map((key) => {
      const value = values[key] as Scalar;
      return [key, value === "" || value === "-" ? undefined : value];
    }),
  ) as FakeRule;
}

/** As `verify_rule` of `PVE::Firewall` does: the first that is wrong is told. */
export function verifyRule(
  { state }: Call,
  rule: FakeRule,
  { kind, own }: { kind: RuleKind; own?: FakeFirewall },
): void {
  const { action, dport, iface, macro, proto, sport, type } = rule;
  if (!TYPES[kind].includes(type)) {
    refuse({ type: `invalid rule type '${type}' for rule_env '${kind}'` });
  }
  if (type !== "group" && !/^(?:ACCEPT|DROP|REJECT)$/.test(action)) {
    refuse({ action: `unknown action '${action}'` });
  }
  if (type === "forward" && action === "REJECT") {
    refuse({ action: "cannot define REJECT rules on forward chain" });
  }
  if (iface !== undefined) {
    if (kind === "group") refuse({ type: "parameter -i not allowed for this rule type" });
    if (/^(?:vm|ct)$/.test(kind) && !/^net\d+$/.test(String(iface))) {
      refuse({ iface: "value does not match the regex pattern 'net\\d+'" });
    }
  }
  if (proto !== undefined && !PROTOCOL.test(String(proto))) {
    refuse({ proto: `unknown protocol '${proto}'` });
  }
  for (const [key, value] of [["dport", dport], ["sport", sport]] as const) {
    if (value !== undefined) verifyPorts(key, String(value), proto);
  }
  if (macro !== undefined) verifyMacro(rule, String(macro));
  for (const key of ["source", "dest"]) {
    if (rule[key] !== undefined) {
      verifyAddress(key, String(rule[key]), [state.firewall, ...own ? [own] : []]);
    }
  }
}

/** The macro is written as it is spelt in the list. */
function verifyMacro(rule: FakeRule, given: string): void {
  const name = Object.keys(macros).find((each) => each.toLowerCase() === given.toLowerCase());
  if (name === undefined) refuse({ macro: `unknown macro '${given}'` });
  rule.macro = name;
  for (const [key, value] of Object.entries(macros[name] ?? {})) {
    if (rule[key] === undefined || rule[key] === value) continue;
    refuse({ [key]: `parameter '${key}' already define in macro (value = '${value}')` });
  }
}

function verifyPorts(key: string, ports: string, proto: Scalar | undefined): void {
  for (const item of ports.split(",")) {
    const [, from = "", to] = /^(\d+)(?::(\d+))?$/.exec(item) ?? [];
    const numbers = [from, to].filter((port) => port !== undefined && port !== "").map(Number);
    const wrong = numbers.find((port) => port > 65_535);
    if (wrong !== undefined || (numbers.length === 0 && !SERVICES.has(item))) {
      refuse({ [key]: `invalid port '${wrong ?? item}'` });
    }
    if (to !== undefined && Number(from) > Number(to)) {
      const text = `backwards range '${item}' not allowed, did you mean '${to}:${from}'?`;
      refuse({ [key]: text });
    }
  }
  if (proto === undefined) {
    refuse({ proto: `missing property - '${key}' requires this property` });
  }
  if (!WITH_PORTS.has(String(proto))) {
    refuse({ [key]: `protocol '${proto}' does not support ports` });
  }
}

function verifyAddress(key: string, address: string, firewalls: FakeFirewall[]): void {
  const [, sign, name = ""] = new RegExp(`^(\\+(?:guest/|dc/|sdn/)?|guest/|dc/)?(${NAME})$`).exec(
    address,
  ) ?? [];
  const isSet = sign?.startsWith("+") ?? false;
  if (name === "") {
    const wrong = address.split(",").find((part) =>
      !/^[0-9a-fA-F.:]+(?:[/-][0-9a-fA-F.:]+)?$/.test(part)
    );
    if (wrong !== undefined) refuse({ [key]: `invalid IP address: ${wrong}` });
    return;
  }
  const known = firewalls.flatMap(({ aliases, ipsets }) => (isSet ? ipsets : aliases) ?? []);
  if (known.some((each) => each.toLowerCase() === name.toLowerCase())) return;
  refuse({ [key]: isSet ? `no such ipset '${name}'` : `no such alias '${address}'` });
}
