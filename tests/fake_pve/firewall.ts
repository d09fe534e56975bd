import { die, refuse } from "./errors.ts";
import { checkDigest, guestOf, sha1 } from "./guests.ts";
import type { FakeFirewall, FakeRule, Scalar } from "./state.ts";
import { type Call, type Handlers, index, nodeOf } from "./world.ts";

/** The places that have rules of their own. */
export const scopes: Record<string, (call: Call) => FakeFirewall> = {
  "/cluster/firewall": (call) => call.state.firewall,
  "/nodes/{node}/firewall": (call) => nodeOf(call).firewall,
  "/nodes/{node}/qemu/{vmid}/firewall": (call) => guestOf(call, "qemu").firewall,
  "/nodes/{node}/lxc/{vmid}/firewall": (call) => guestOf(call, "lxc").firewall,
};

export function digestOfFirewall(value: unknown): string {
  const text = JSON.stringify(value);
  return sha1(text === "{}" || text === "[]" ? "" : text);
}

function shownRule(rule: FakeRule, pos: number, digest: string): Record<string, unknown> {
  return { pos, ...rule, digest };
}

function ruleAt(call: Call, rules: FakeRule[]): number {
  const pos = call.params.number("pos") ?? 0;
  if (!rules[pos]) refuse({ pos: `no rule at position ${pos}` });
  return pos;
}

const ruleKeys = [
  "type",
  "action",
  "enable",
  "macro",
  "iface",
  "source",
  "dest",
  "proto",
  "dport",
  "sport",
  "icmp-type",
  "log",
  "comment",
];

function ruleFields(call: Call): Record<string, Scalar> {
  const found: Record<string, Scalar> = {};
  for (const key of ruleKeys) {
    const value = call.params.values[key];
    if (typeof value === "string" || typeof value === "number") found[key] = value;
  }
  return found;
}

function checkRule(call: Call, rule: FakeRule): FakeRule {
  if (
    (rule.dport !== undefined || rule.sport !== undefined) && rule.proto === undefined &&
    rule.macro === undefined
  ) {
    refuse({ proto: "missing property - 'dport' requires this property" });
  }
  if (rule.type === "group") {
    if (!call.state.firewall.groups.has(rule.action)) {
      die(`no such security group '${rule.action}'`);
    }
  } else if (!/^(?:ACCEPT|DROP|REJECT)$/.test(rule.action)) {
    refuse({ action: `unknown action '${rule.action}'` });
  }
  return rule;
}

/** List, read, add, change, move and remove rules under one path. */
export function ruleHandlers(base: string, rulesOf: (call: Call) => FakeRule[]): Handlers {
  return {
    [`GET ${base}`]: (call) => {
      const rules = rulesOf(call);
      const digest = digestOfFirewall(rules);
      return rules.map((rule, pos) => shownRule(rule, pos, digest));
    },
    [`POST ${base}`]: (call) => {
      const rules = rulesOf(call);
      checkDigest(call, digestOfFirewall(rules));
      const rule = checkRule(call, {
        type: "in",
        action: "ACCEPT",
        enable: 0,
        ...ruleFields(call),
      });
      rules.splice(call.params.number("pos") ?? 0, 0, rule);
      return null;
    },
    [`GET ${base}/{pos}`]: (call) => {
      const rules = rulesOf(call);
      const pos = ruleAt(call, rules);
      return shownRule(rules[pos] as FakeRule, pos, digestOfFirewall(rules));
    },
    [`PUT ${base}/{pos}`]: (call) => {
      const rules = rulesOf(call);
      checkDigest(call, digestOfFirewall(rules));
      const pos = ruleAt(call, rules);
      const rule = { ...rules[pos] as FakeRule, ...ruleFields(call) };
      for (const key of call.params.list("delete")) delete rule[key];
      rules.splice(pos, 1);
      rules.splice(call.params.number("moveto") ?? pos, 0, checkRule(call, rule));
      return null;
    },
    [`DELETE ${base}/{pos}`]: (call) => {
      const rules = rulesOf(call);
      checkDigest(call, digestOfFirewall(rules));
      rules.splice(ruleAt(call, rules), 1);
      return null;
    },
  };
}

function optionHandlers(base: string, scope: (call: Call) => FakeFirewall): Handlers {
  return {
    [`GET ${base}/options`]: (call) => {
      const { options } = scope(call);
      return { ...options, digest: digestOfFirewall(options) };
    },
    [`PUT ${base}/options`]: (call) => {
      const { options } = scope(call);
      checkDigest(call, digestOfFirewall(options));
      for (const key of call.params.list("delete")) delete options[key];
      for (const [key, value] of Object.entries(call.params.values)) {
        if (["node", "vmid", "digest", "delete"].includes(key)) continue;
        options[key] = typeof value === "boolean"
          ? (value ? 1 : 0)
          : Array.isArray(value)
          ? value.join(",")
          : value;
      }
      return null;
    },
  };
}

function groupRules(call: Call): FakeRule[] {
  const name = call.params.text("group");
  return (call.state.firewall.groups.get(name) ?? die(`no such security group '${name}'`)).rules;
}

const groups: Handlers = {
  "GET /cluster/firewall/groups": (call) => {
    const digest = digestOfFirewall([...call.state.firewall.groups]);
    return [...call.state.firewall.groups].map(([group, { comment }]) => ({
      group,
      digest,
      ...(comment === undefined ? {} : { comment }),
    }));
  },
  "POST /cluster/firewall/groups": (call) => {
    const { groups } = call.state.firewall;
    const name = call.params.text("group");
    const rename = call.params.maybe("rename");
    const comment = call.params.maybe("comment");
    const old = rename === undefined
      ? undefined
      : groups.get(rename) ?? die(`no such security group '${rename}'`);
    if (!old && groups.has(name)) refuse({ group: `Security group '${name}' already exists` });
    if (rename !== undefined) groups.delete(rename);
    groups.set(name, { rules: old?.rules ?? [], ...(comment === undefined ? {} : { comment }) });
    return null;
  },
  "DELETE /cluster/firewall/groups/{group}": (call) => {
    if (groupRules(call).length) die(`Security group '${call.params.text("group")}' is not empty`);
    call.state.firewall.groups.delete(call.params.text("group"));
    return null;
  },
  ...ruleHandlers("/cluster/firewall/groups/{group}", groupRules),
};

const perScope = Object.entries(scopes).map(([base, scope]): Handlers => ({
  [`GET ${base}`]: index("rules", "options", "aliases", "ipset", "log", "refs"),
  ...ruleHandlers(`${base}/rules`, (call) => scope(call).rules),
  ...optionHandlers(base, scope),
}));

export const firewallHandlers: Handlers = {
  ...Object.assign({}, ...perScope),
  ...groups,
  "GET /cluster/firewall/macros": () => [
    { macro: "HTTP", descr: "Hypertext Transfer Protocol (WWW)" },
    { macro: "HTTPS", descr: "Hypertext Transfer Protocol (WWW) over SSL" },
    { macro: "SSH", descr: "Secure shell traffic" },
  ],
};
