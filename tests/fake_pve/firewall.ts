import { die } from "./errors.ts";
import { guestOf, sha1 } from "./guests.ts";
import type { FakeFirewall, FakeRule } from "./state.ts";
import { type Call, type Handlers, nodeOf } from "./world.ts";

/** The places that have rules of their own. */
const scopes: Record<string, (call: Call) => FakeFirewall> = {
  "/cluster/firewall": (call) => call.state.firewall,
  "/nodes/{node}/firewall": (call) => nodeOf(call).firewall,
  "/nodes/{node}/qemu/{vmid}/firewall": (call) => guestOf(call, "qemu").firewall,
  "/nodes/{node}/lxc/{vmid}/firewall": (call) => guestOf(call, "lxc").firewall,
};

/** Of the file, which is empty where there is nothing to say. */
function digestOf(value: unknown): string {
  const text = JSON.stringify(value);
  return sha1(text === "{}" || text === "[]" ? "" : text);
}

function shown(rules: FakeRule[]): unknown[] {
  const digest = digestOf(rules);
  return rules.map((rule, pos) => ({ pos, ...rule, digest }));
}

const perScope = Object.entries(scopes).map(([base, scope]): Handlers => ({
  [`GET ${base}/rules`]: (call) => shown(scope(call).rules),
  [`GET ${base}/options`]: (call) => {
    const { options } = scope(call);
    return { ...options, digest: digestOf(options) };
  },
}));

export const firewallHandlers: Handlers = {
  ...Object.assign({}, ...perScope),
  "GET /cluster/firewall/groups/{group}": (call) => {
    const name = call.params.text("group");
    const group = call.state.firewall.groups.get(name);
    return shown((group ?? die(`no such security group '${name}'`)).rules);
  },
};
