import { Buffer } from "node:buffer";
import { die, refuse } from "./errors.ts";
import { sha1 } from "./guests.ts";
import { assertDigest } from "./ha_resources.ts";
import { splitList } from "./validate.ts";
import type { Call, Handlers } from "./world.ts";

type Row = Record<string, unknown>;

function digestOf({ state }: Call): string {
  return sha1(JSON.stringify([...state.ha.rules.values()]));
}

function known({ params, state }: Call): Row {
  const name = params.text("rule");
  return state.ha.rules.get(name) ?? die(`no such ha rule '${name}'`);
}

function listed(call: Call): Row[] {
  const digest = digestOf(call);
  return [...call.state.ha.rules.values()].map((rule, i) => ({ ...rule, order: i + 1, digest }));
}

/** What the whole of a rule must fulfil before it is written. */
function assertSound({ state }: Call, rule: Row): void {
  const sids = splitList(String(rule.resources));
  const unmanaged = sids.filter((sid) => !state.ha.resources.has(sid));
  if (unmanaged.length) die(`cannot use unmanaged resource(s) ${unmanaged.join(", ")}.`);
  const nodes = splitList(String(rule.nodes ?? "")).map((one) => one.split(":")[0] ?? "");
  const absent = nodes.filter((one) => !state.nodes.has(one));
  if (absent.length) die(`cannot use non-existant node(s) ${absent.join(", ")}.`);
  if (rule.disable) return;
  if (rule.type === "resource-affinity") {
    if (sids.length < 2) {
      refuse({ resources: "rule is ineffective as there are less than two resources" });
    }
    if (rule.affinity === "negative" && sids.length > state.nodes.size) {
      refuse({ resources: "rule defines more resources than available nodes" });
    }
    return;
  }
  for (const other of state.ha.rules.values()) {
    if (other.rule === rule.rule || other.type !== rule.type || other.disable) continue;
    if (splitList(String(other.resources)).some((sid) => sids.includes(sid))) {
      refuse({ resources: "resource is referenced in another node affinity rule" });
    }
  }
}

/** `check_config` decodes what was decoded already. */
function decodedTwice(comment: string): string {
  const bytes = comment.replaceAll(
    /%([0-9a-f]{2})/gi,
    (_, hex) => String.fromCharCode(parseInt(hex, 16)),
  );
  if ([...bytes].some((character) => character > "\xff")) {
    die("Wide character at /usr/share/perl5/PVE/ParseUtils.pm line 67.");
  }
  return Buffer.from(bytes, "latin1").toString();
}

function save(call: Call, before: Row): null {
  const { params, state } = call;
  const { delete: _delete, digest: _digest, ...given } = params.values;
  const rule: Row = { ...before };
  for (const [key, value] of Object.entries(given)) {
    rule[key] = typeof value === "boolean" ? Number(value) : value;
  }
  for (const key of params.list("delete")) delete rule[key];
  if (params.has("comment")) rule.comment = decodedTwice(params.text("comment"));
  assertSound(call, rule);
  state.ha.rules.set(params.text("rule"), rule);
  return null;
}

export const ruleHandlers: Handlers = {
  "GET /cluster/ha/rules": listed,
  "GET /cluster/ha/rules/{rule}": (call) => {
    const { rule } = known(call);
    return listed(call).find((row) => row.rule === rule);
  },
  "POST /cluster/ha/rules": (call) => {
    const name = call.params.text("rule");
    if (call.state.ha.rules.has(name)) {
      die(`create ha rule failed: HA rule '${name}' already defined`);
    }
    return save(call, {});
  },
  "PUT /cluster/ha/rules/{rule}": (call) => {
    const before = known(call);
    assertDigest(call, digestOf(call));
    return save(call, before);
  },
  "DELETE /cluster/ha/rules/{rule}": (call) => {
    call.state.ha.rules.delete(String(known(call).rule));
    return null;
  },
};
