import { die, PveError, refuse } from "./errors.ts";
import { macros, type RuleKind, ruleOf, verifyRule } from "./firewall_rules.ts";
import { guestOf, sha1 } from "./guests.ts";
import type { FakeFirewall, FakeRule, Scalar } from "./state.ts";
import { type Call, type Handlers, nodeOf } from "./world.ts";

/** A list of rules, where they stand. */
interface Place {
  readonly kind: RuleKind;
  readonly rules: FakeRule[];
  /** Its own sets and aliases, those of the cluster aside. */
  readonly own?: FakeFirewall;
}

/** The places that have rules and options of their own. */
const scopes: Record<string, { kind: RuleKind; of: (call: Call) => FakeFirewall }> = {
  "/cluster/firewall": { kind: "cluster", of: (call) => call.state.firewall },
  "/nodes/{node}/firewall": { kind: "host", of: (call) => nodeOf(call).firewall },
  "/nodes/{node}/qemu/{vmid}/firewall": {
    kind: "vm",
    of: (call) => guestOf(call, "qemu").firewall,
  },
  "/nodes/{node}/lxc/{vmid}/firewall": { kind: "ct", of: (call) => guestOf(call, "lxc").firewall },
};

/** Of the file, which is empty where there is nothing to say. */
function digestOf(value: unknown): string {
  const text = JSON.stringify(value);
  return sha1(text === "{}" || text === "[]" ? "" : text);
}

function assertSame({ params }: Call, now: unknown): void {
  const digest = params.maybe("digest");
  if (digest !== undefined && digest !== digestOf(now)) {
    die("detected modified configuration - file changed by other user? Try again.");
  }
}

/** What was right when it was written may be wrong now: such a rule is passed over, and listed with its errors. */
function shown(call: Call, place: Place): unknown[] {
  const digest = digestOf(place.rules);
  return place.rules.map((rule, pos) => {
    const errors = errorsOf(() => verifyRule(call, { ...rule }, place));
    return { pos, ...rule, ...(errors ? { errors } : {}), digest };
  });
}

function errorsOf(verify: () => void): Record<string, string> | undefined {
  try {
    verify();
  } catch (error) {
    if (error instanceof PveError) return error.errors;
    throw error;
  }
}

/** A new rule goes before all others; neither `pos` nor `digest` is looked at. */
function add(call: Call, place: Place): null {
  const rule = ruleOf(call.params);
  verifyRule(call, rule, place);
  place.rules.unshift({ ...rule, enable: rule.enable ?? 0 });
  return null;
}

function positionOf({ params }: Call, rules: FakeRule[]): number {
  const pos = params.number("pos") ?? 0;
  if (pos >= rules.length) die(`no rule at position ${pos}`);
  return pos;
}

/** `moveto` is a place in the old list, and lets nothing else be changed. */
function change(call: Call, place: Place): null {
  const { rules } = place;
  assertSame(call, rules);
  const pos = positionOf(call, rules);
  const [rule] = rules.slice(pos);
  const moveto = call.params.number("moveto");
  if (rule === undefined) return null;
  if (moveto !== undefined && moveto !== pos) {
    const rest = rules.toSpliced(pos, 1);
    rest.splice(moveto > pos ? moveto - 1 : moveto, 0, rule);
    rules.splice(0, rules.length, ...rest);
    return null;
  }
  const changed: FakeRule = { ...rule, ...ruleOf(call.params) };
  for (const key of call.params.list("delete")) delete changed[key];
  verifyRule(call, changed, place);
  rules[pos] = changed;
  return null;
}

function remove(call: Call, { rules }: Place): null {
  assertSame(call, rules);
  rules.splice(positionOf(call, rules), 1);
  return null;
}

function setOptions(call: Call, { options }: FakeFirewall): null {
  assertSame(call, options);
  for (const key of call.params.list("delete")) delete options[key];
  for (const [key, value] of Object.entries(call.params.values)) {
    if (["delete", "digest", "node", "vmid"].includes(key)) continue;
    options[key] = typeof value === "boolean" ? Number(value) : value as Scalar;
  }
  return null;
}

function refs(scope: string, { aliases, ipsets }: FakeFirewall): unknown[] {
  return [
    ...(ipsets ?? []).map((name) => ({ name, ref: `+${name}`, scope, type: "ipset" })),
    ...(aliases ?? []).map((name) => ({ name, ref: name, scope, type: "alias" })),
  ];
}

function ruleHandlers(base: string, place: (call: Call) => Place): Handlers {
  return {
    [`GET ${base}`]: (call) => shown(call, place(call)),
    [`POST ${base}`]: (call) => add(call, place(call)),
    [`PUT ${base}/{pos}`]: (call) => change(call, place(call)),
    [`DELETE ${base}/{pos}`]: (call) => remove(call, place(call)),
  };
}

const perScope = Object.entries(scopes).map(([base, { kind, of }]): Handlers => ({
  ...ruleHandlers(`${base}/rules`, (call) => {
    const own = of(call);
    return { kind, rules: own.rules, own };
  }),
  [`GET ${base}/options`]: (call) => {
    const { options } = of(call);
    return { ...options, digest: digestOf(options) };
  },
  [`PUT ${base}/options`]: (call) => setOptions(call, of(call)),
  ...(kind === "host" ? {} : {
    [`GET ${base}/refs`]: (call) => {
      const cluster = refs("dc", call.state.firewall);
      const all = kind === "cluster" ? cluster : [...cluster, ...refs("guest", of(call))];
      const wanted = call.params.maybe("type");
      return all.filter((row) => wanted === undefined || (row as { type: string }).type === wanted);
    },
  }),
}));

function groupOf(call: Call): Place {
  const name = call.params.text("group");
  const group = call.state.firewall.groups.get(name);
  return { kind: "group", rules: (group ?? die(`no such security group '${name}'`)).rules };
}

export const firewallHandlers: Handlers = {
  ...Object.assign({}, ...perScope),
  ...ruleHandlers("/cluster/firewall/groups/{group}", groupOf),
  "GET /cluster/firewall/groups": ({ state }) => {
    const rows = [...state.firewall.groups].map(([group, { comment }]) => ({
      group,
      ...(comment === undefined ? {} : { comment }),
    }));
    return rows.map((row) => ({ ...row, digest: digestOf(rows) }));
  },
  "POST /cluster/firewall/groups": ({ params, state }) => {
    const name = params.text("group");
    if (state.firewall.groups.has(name)) {
      refuse({ group: `Security group '${name}' already exists` });
    }
    state.firewall.groups.set(name, { rules: [] });
    return null;
  },
  "GET /cluster/firewall/macros": () =>
    Object.keys(macros).map((macro) => ({ macro, descr: `${macro} traffic` })),
};
