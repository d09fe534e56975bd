import assert from "node:assert/strict";
import { Site, type ToolAnswer } from "../site.ts";
import { FIREWALL } from "./cases/firewall.ts";
import { guest } from "./guests.ts";
import { testTools } from "./harness.ts";
import { limited } from "./limited.ts";
import { restrict, startProbed } from "./probe.ts";
import { changes } from "./requests.ts";

testTools(FIREWALL);

type Row = Record<string, unknown>;

const PORTS = [21, 22, 23];

/** The destination ports of a guest's rules, in order. */
function ports(site: Site, vmid: number): unknown[] {
  return guest(site, vmid).firewall.rules.map(({ dport }) => Number(dport));
}

/** Gives container 200 rules for the ports 21, 22 and 23, and tells their digest. */
async function threeRules(site: Site): Promise<string> {
  guest(site, 200).firewall.rules = PORTS.map((port) => ({
    type: "in",
    action: "ACCEPT",
    enable: 1,
    proto: "tcp",
    dport: String(port),
  }));
  return await digestOf(site, { vmid: 200 });
}

async function digestOf(site: Site, level: Row): Promise<string> {
  const { value, text } = await site.call("get_firewall_rules", level);
  assert.ok(value, text);
  return value.digest;
}

/** Calls the tool that an answer's `undo` names, with the arguments that it gives. */
async function undo(site: Site, { value }: ToolAnswer): Promise<ToolAnswer> {
  const [, tool = "", args = "{}"] = /^(\w+) (\{.*\})$/.exec(value.undo) ?? [];
  const answer = await site.call(tool, JSON.parse(args));
  assert.equal(answer.isError, false, answer.text);
  return answer;
}

Deno.test("a rule for a port says by itself that it has no effect yet, and what to do", async () => {
  await using site = await Site.start();
  const open = () => site.call("add_firewall_rule", { vmid: 102, dport: 443 }, { role: "write" });
  const off = [
    "no rule has an effect yet: the datacenter's firewall is off; use set_firewall_options with enabled: true",
    "the rules of VM 102 have no effect yet: its firewall is off; use set_firewall_options with enabled: true and this vmid",
    "no rule holds on net0 of VM 102: the card needs firewall=1",
  ];
  const plan = await site.call("add_firewall_rule", { vmid: 102, dport: 443, dry_run: true });
  assert.deepEqual(plan.value.dry_run.notes, off);
  assert.deepEqual(plan.value.dry_run.changes, { "rule 0": { to: "in ACCEPT tcp dport 443" } });
  const first = await open();
  assert.deepEqual(first.value.notes, off, first.text);
  await site.call("set_firewall_options", { enabled: true });
  await site.call("set_firewall_options", { vmid: 102, enabled: true });
  const { config } = guest(site, 102);
  config.net0 = `${config.net0},firewall=1`;
  const again = await open();
  assert.equal(again.value.unchanged, true, again.text);
  assert.equal(again.value.notes, undefined);
  const { value } = await site.call("get_firewall_rules", { vmid: 102 });
  assert.deepEqual([value.enabled, value.cards, value.warnings], [
    true,
    [{ card: "net0", firewall: true }],
    undefined,
  ]);
  assert.equal(changes(site).length, 3);
});

Deno.test("a rule that belongs further down is switched on only when it is there", async () => {
  await using site = await Site.start();
  await threeRules(site);
  const added = await site.call("add_firewall_rule", { vmid: 200, dport: 99, pos: 2 });
  assert.deepEqual([added.value.rule.pos, added.value.rule.enabled], [2, true], added.text);
  assert.deepEqual(ports(site, 200), [21, 22, 99, 23]);
  assert.deepEqual(
    changes(site).map(({ method, body }) => {
      const { enable, moveto } = body as Row;
      return [method, enable, moveto];
    }),
    [["POST", 0, undefined], ["PUT", undefined, 3], ["PUT", 1, undefined]],
  );
  const last = await site.call("add_firewall_rule", { vmid: 200, dport: 100, pos: 99 });
  assert.equal(last.value.rule.pos, 4, last.text);
  assert.deepEqual(ports(site, 200), [21, 22, 99, 23, 100]);
  await undo(site, last);
  assert.deepEqual(ports(site, 200), [21, 22, 99, 23]);
});

Deno.test("what was written of a rule before Proxmox said no is told", async () => {
  await using site = await Site.start();
  await threeRules(site);
  site.fake.fault({ method: "PUT" }, { kind: "status", status: 500, message: "disk full\n" });
  const { code, text } = await site.call("add_firewall_rule", { vmid: 200, dport: 99, pos: 2 });
  assert.equal(code, "internal");
  assert.match(
    text,
    /disk full; the rule is written but switched off, and not at position 2 or not sure to be; see get_firewall_rules$/,
  );
  assert.deepEqual(ports(site, 200), [99, 21, 22, 23]);
  assert.equal(guest(site, 200).firewall.rules[0]?.enable, 0);
});

Deno.test("rules are moved up and down, changed at once, and put back", async () => {
  await using site = await Site.start();
  const change = async (args: Row) => {
    const digest = await digestOf(site, { vmid: 200 });
    const answer = await site.call("update_firewall_rule", { vmid: 200, digest, ...args });
    assert.equal(answer.isError, false, answer.text);
    return answer;
  };
  await threeRules(site);
  for (
    const [args, order] of [
      [{ pos: 0, move_to: 2 }, [22, 23, 21]],
      [{ pos: 0, move_to: 1 }, [22, 21, 23]],
      [{ pos: 2, move_to: 0 }, [23, 21, 22]],
      [{ pos: 2, move_to: 50, enabled: false }, [21, 22, 23]],
      [{ pos: 0, move_to: 1, dport: 80, unset: ["comment"] }, [22, 80, 23]],
    ] as const
  ) {
    await threeRules(site);
    const changed = await change(args);
    assert.deepEqual(ports(site, 200), order, JSON.stringify(args));
    if (changed.value.unchanged) continue;
    await undo(site, changed);
    assert.deepEqual(ports(site, 200), PORTS, JSON.stringify(args));
  }
  const before = changes(site).length;
  const same = await change({ pos: 1, dport: 22, enabled: true, move_to: 1, unset: ["log"] });
  assert.equal(same.value.unchanged, true);
  assert.equal(changes(site).length, before);
});

Deno.test("rules that are not those which were shown are left alone", async () => {
  await using site = await Site.start();
  const digest = await threeRules(site);
  await site.call("add_firewall_rule", { vmid: 200, dport: 1 });
  const sent = changes(site).length;
  for (
    const [tool, more] of [["update_firewall_rule", { enabled: false }], [
      "delete_firewall_rule",
      {},
    ]] as const
  ) {
    const { code, text } = await site.call(tool, { vmid: 200, pos: 1, digest, ...more });
    assert.equal(code, "conflict");
    assert.match(text, /at position 1 it is: in ACCEPT tcp dport 21; see get_firewall_rules$/);
  }
  assert.equal(changes(site).length, sent);
  const now = await digestOf(site, { vmid: 200 });
  const far = await site.call("delete_firewall_rule", { vmid: 200, pos: 7, digest: now });
  assert.match(far.text, /guest 200 has no rule at position 7, only 4 from 0 on$/);
  // Somebody else was faster by less than a request.
  const message = "detected modified configuration - file changed by other user? Try again.\n";
  site.fake.fault({ method: "DELETE" }, { kind: "status", status: 500, message });
  const raced = await site.call("delete_firewall_rule", { vmid: 200, pos: 0, digest: now });
  assert.equal(raced.code, "conflict");
  assert.match(raced.text, /the configuration was changed meanwhile: read it again, then retry/);
});

Deno.test("the way to Proxmox's API is not closed by mistake", async () => {
  await using site = await Site.start();
  const { firewall } = site.fake.state;
  const refused = async (tool: string, args: Row) => {
    const { code, text } = await site.call(tool, args);
    assert.equal(code, "conflict", text);
    assert.match(text, /port 8006 \(Proxmox's API\) would be open to the cluster's own network/);
  };
  const [web] = firewall.rules;
  assert.ok(web);
  await site.call("set_firewall_options", { enabled: true });
  assert.equal(firewall.options.enable, 1);
  const digest = await digestOf(site, {});
  await refused("delete_firewall_rule", { pos: 0, digest });
  await refused("update_firewall_rule", { pos: 0, digest, enabled: false });
  await refused("update_firewall_rule", { pos: 0, digest, dport: "443" });
  await refused("add_firewall_rule", { action: "REJECT", proto: "tcp", dport: "8000:8100" });
  await refused("add_firewall_rule", { node: "pve1", action: "DROP" });
  for (
    const args of [
      { action: "DROP", pos: 1 },
      { action: "DROP", dport: 8007 },
      { action: "DROP", proto: "udp", dport: 8006 },
      { action: "DROP", source: "192.0.2.1", proto: "tcp", dport: 8006 },
    ]
  ) {
    const { isError, text } = await site.call("add_firewall_rule", args);
    assert.equal(isError, false, text);
  }
  const forced = await site.call("add_firewall_rule", { action: "DROP", force: true });
  assert.equal(forced.isError, false, forced.text);
  firewall.rules = [];
  firewall.options = {};
  await refused("set_firewall_options", { enabled: true });
  const open = await site.call("set_firewall_options", { enabled: true, policy_in: "ACCEPT" });
  assert.equal(open.isError, false, open.text);
  await refused("set_firewall_options", { policy_in: "DROP" });
  const off = await site.call("set_firewall_options", { enabled: false });
  assert.match(off.value.notes[0], /no rule of any node or guest has an effect while/);
  await undo(site, off);
  assert.equal(firewall.options.enable, 1);
});

Deno.test("a limited token changes the rules of its own guests and nodes only", async () => {
  await using site = await Site.start();
  const add = async (limits: Parameters<typeof limited>[1], args: Row) => {
    const token = await limited(site, limits);
    const { code } = await site.call("add_firewall_rule", { dport: 22, ...args }, { token });
    return code;
  };
  const one = { vmids: [{ from: 101, to: 101 }] };
  assert.equal(await add(one, { vmid: 101 }), undefined);
  assert.equal(await add(one, { vmid: 100 }), "not_found");
  assert.equal(await add(one, { node: "pve1" }), "forbidden");
  assert.equal(await add(one, {}), "forbidden");
  assert.equal(await add({ tags: ["prod"] }, { vmid: 101 }), undefined);
  assert.equal(await add({ tags: ["prod"] }, { vmid: 102 }), "not_found");
  assert.equal(await add({ nodes: ["pve1"] }, { node: "pve1", source: "10.0.0.1" }), undefined);
  assert.equal(await add({ nodes: ["pve1"] }, { node: "pve2" }), "forbidden");
  assert.equal(await add({ nodes: ["pve1"] }, { group: "web" }), "forbidden");
});

Deno.test("what may not be read keeps no rule from being written, and is told", async () => {
  await using site = await startProbed();
  restrict(site, ["VM.Audit", "VM.Config.Network"]);
  const { isError, text, value } = await site.call("add_firewall_rule", {
    vmid: 100,
    dport: 22,
    source: "10.0.0.0/8",
  });
  assert.equal(isError, false, text);
  assert.match(
    value.notes[0],
    /whether the datacenter's firewall is on is unknown: .* lacks the privilege Sys\.Audit on \//,
  );
});

Deno.test("security groups have rules of their own, and are named by others", async () => {
  await using site = await Site.start();
  const { groups } = site.fake.state.firewall;
  groups.set("web", { rules: [] });
  const https = await site.call("add_firewall_rule", { group: "web", macro: "https" });
  assert.equal(https.value.rule.macro, "HTTPS", https.text);
  assert.equal(https.value.of, "group web");
  const used = await site.call("add_firewall_rule", { vmid: 100, type: "group", action: "web" });
  assert.deepEqual([used.value.rule.type, used.value.rule.action], ["group", "web"], used.text);
  await undo(site, https);
  assert.deepEqual(groups.get("web")?.rules, []);
  const none = await site.call("add_firewall_rule", { group: "wob", macro: "SSH" });
  assert.deepEqual([none.code, /no such security group 'wob'/.test(none.text)], [
    "not_found",
    true,
  ]);
});
