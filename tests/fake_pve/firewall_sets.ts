import { die, refuse } from "./errors.ts";
import { digestOfFirewall, scopes } from "./firewall.ts";
import { checkDigest } from "./guests.ts";
import type { FakeFirewall } from "./state.ts";
import { type Call, type Handlers } from "./world.ts";

type Scope = (call: Call) => FakeFirewall;

function comment(call: Call): { comment?: string } {
  const text = call.params.maybe("comment");
  return text === undefined ? {} : { comment: text };
}

function aliasOf(call: Call, scope: Scope): { cidr: string; comment?: string } {
  const name = call.params.text("name").toLowerCase();
  return scope(call).aliases.get(name) ?? refuse({ name: `no such alias '${name}'` });
}

function aliasHandlers(base: string, scope: Scope): Handlers {
  return {
    [`GET ${base}/aliases`]: (call) => {
      const { aliases } = scope(call);
      const digest = digestOfFirewall([...aliases]);
      return [...aliases].map(([name, alias]) => ({ name, ...alias, digest }));
    },
    [`POST ${base}/aliases`]: (call) => {
      const { aliases } = scope(call);
      const name = call.params.text("name").toLowerCase();
      if (aliases.has(name)) refuse({ name: `alias '${name}' already exists` });
      aliases.set(name, { cidr: call.params.text("cidr"), ...comment(call) });
      return null;
    },
    [`GET ${base}/aliases/{name}`]: (call) => ({
      name: call.params.text("name"),
      ...aliasOf(call, scope),
    }),
    [`PUT ${base}/aliases/{name}`]: (call) => {
      const { aliases } = scope(call);
      checkDigest(call, digestOfFirewall([...aliases]));
      aliasOf(call, scope);
      const name = call.params.text("name").toLowerCase();
      aliases.delete(name);
      aliases.set(call.params.maybe("rename") ?? name, {
        cidr: call.params.text("cidr"),
        ...comment(call),
      });
      return null;
    },
    [`DELETE ${base}/aliases/{name}`]: (call) => {
      const { aliases } = scope(call);
      checkDigest(call, digestOfFirewall([...aliases]));
      aliasOf(call, scope);
      aliases.delete(call.params.text("name").toLowerCase());
      return null;
    },
  };
}

function setOf(call: Call, scope: Scope) {
  const name = call.params.text("name");
  return scope(call).ipset.get(name) ?? die(`no such IPSet '${name}'`);
}

function entryOf(call: Call, scope: Scope) {
  const cidr = call.params.text("cidr");
  return setOf(call, scope).entries.find((one) => one.cidr === cidr) ?? die("no such IP/Network");
}

function ipsetHandlers(base: string, scope: Scope): Handlers {
  return {
    [`GET ${base}/ipset`]: (call) =>
      [...scope(call).ipset].map(([name, set]) => ({
        name,
        digest: digestOfFirewall(set),
        ...(set.comment === undefined ? {} : { comment: set.comment }),
      })),
    [`POST ${base}/ipset`]: (call) => {
      const { ipset } = scope(call);
      const name = call.params.text("name");
      const rename = call.params.maybe("rename");
      const old = rename === undefined
        ? undefined
        : ipset.get(rename) ?? die(`no such IPSet '${rename}'`);
      if (!old && ipset.has(name)) refuse({ name: `IPSet '${name}' already exists` });
      if (rename !== undefined) ipset.delete(rename);
      ipset.set(name, { entries: old?.entries ?? [], ...comment(call) });
      return null;
    },
    [`GET ${base}/ipset/{name}`]: (call) => {
      const set = setOf(call, scope);
      return set.entries.map((entry) => ({ ...entry, digest: digestOfFirewall(set) }));
    },
    [`POST ${base}/ipset/{name}`]: (call) => {
      const set = setOf(call, scope);
      const cidr = call.params.text("cidr");
      if (set.entries.some((one) => one.cidr === cidr)) {
        refuse({ cidr: `address '${cidr}' already exists` });
      }
      set.entries.push({
        cidr,
        ...comment(call),
        ...(call.params.flag("nomatch") ? { nomatch: 1 } : {}),
      });
      return null;
    },
    [`DELETE ${base}/ipset/{name}`]: (call) => {
      const set = setOf(call, scope);
      if (set.entries.length && !call.params.flag("force")) {
        die(`IPSet '${call.params.text("name")}' is not empty`);
      }
      scope(call).ipset.delete(call.params.text("name"));
      return null;
    },
    [`GET ${base}/ipset/{name}/{cidr}`]: (call) => entryOf(call, scope),
    [`PUT ${base}/ipset/{name}/{cidr}`]: (call) => {
      Object.assign(entryOf(call, scope), comment(call));
      return null;
    },
    [`DELETE ${base}/ipset/{name}/{cidr}`]: (call) => {
      const set = setOf(call, scope);
      set.entries.splice(set.entries.indexOf(entryOf(call, scope)), 1);
      return null;
    },
  };
}

function refHandler(base: string, scope: Scope): Handlers {
  return {
    [`GET ${base}/refs`]: (call) => {
      const { aliases, ipset } = scope(call);
      const wanted = call.params.maybe("type");
      const place = base.startsWith("/cluster") ? "dc" : "guest";
      const rows = [
        ...[...aliases].map(([name]) => ({ type: "alias", name, ref: name, scope: place })),
        ...[...ipset].map(([name]) => ({ type: "ipset", name, ref: `+${name}`, scope: place })),
      ];
      return rows.filter((row) => wanted === undefined || row.type === wanted);
    },
  };
}

export const firewallSetHandlers: Handlers = Object.assign(
  {},
  ...Object.entries(scopes).filter(([base]) => !base.startsWith("/nodes/{node}/firewall")).flatMap((
    [base, scope],
  ) => [
    aliasHandlers(base, scope),
    ipsetHandlers(base, scope),
    refHandler(base, scope),
  ]),
);
