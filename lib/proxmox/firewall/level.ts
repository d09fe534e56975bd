import { AppError } from "../../errors.ts";
import type { ParamsOf } from "../api/types.ts";
import { type Row, text } from "../api/values.ts";
import type { Guest } from "../guest/directory.ts";
import type { Pve } from "../pve.ts";
import { type Rule, type RuleChange, ruleOf, type RuleParams } from "./rule.ts";

/** Where rules stand, as callers name it: a guest, a node, a security group, else the cluster. */
export interface GivenLevel {
  readonly vmid?: number | string | undefined;
  readonly node?: string | undefined;
  readonly group?: string | undefined;
}

export type OptionChange =
  & Pick<
    ParamsOf<"/cluster/firewall/options", "PUT">,
    "digest" | "policy_in" | "policy_out"
  >
  & { enable?: 0 | 1 | undefined };

/** A place that has rules and options of its own. */
export interface Level {
  readonly kind: "cluster" | "group" | "guest" | "node";
  /** `guest 100`, `node pve1`, `group web`, `cluster`. */
  readonly of: string;
  /** The arguments that name it. */
  readonly given: GivenLevel;
  readonly guest?: Guest;
  /** Whether its firewall is on when its options do not say. */
  readonly enabledByDefault: boolean;
  readonly rules: () => Promise<readonly Row[]>;
  /** Of a security group those of the cluster. */
  readonly options: () => Promise<Row>;
  /** Puts a rule before all others: Proxmox heeds no position here. */
  readonly add: (rule: RuleParams) => Promise<unknown>;
  readonly change: (pos: number, change: RuleChange) => Promise<unknown>;
  readonly remove: (pos: number, digest: string | undefined) => Promise<unknown>;
  readonly setOptions: (change: OptionChange) => Promise<unknown>;
}

/** The rules of a place, and the digest that a change of them must bring along. */
export interface Rules {
  readonly rules: readonly Rule[];
  /** Absent where there is no rule. */
  readonly digest: string | undefined;
}

/**
 * The place that a call names.
 *
 * @param options.change holds a guest against other changes, and refuses a node of which the token may
 * see some only
 * @throws AppError
 */
export async function openLevel(
  pve: Pve,
  { vmid, node, group }: GivenLevel,
  { change = false } = {},
): Promise<Level> {
  if (group !== undefined && (vmid !== undefined || node !== undefined)) {
    throw new AppError("invalid", "give group alone, since groups belong to the cluster");
  }
  if (vmid !== undefined) {
    const given = { vmid, node };
    return guestLevel(pve, await (change ? pve.claim(given) : pve.find(given)));
  }
  if (node !== undefined) {
    if (change && !pve.reach.node(node)) {
      throw new AppError("forbidden", `the token's limits do not include all of node ${node}`);
    }
    return nodeLevel(pve, pve.node(node));
  }
  pve.assertUnlimited();
  return group === undefined ? clusterLevel(pve) : groupLevel(pve, group);
}

export async function readRules(level: Pick<Level, "rules">): Promise<Rules> {
  const rows = await level.rules();
  return {
    rules: rows.map(ruleOf).sort((a, b) => a.pos - b.pos),
    digest: text(rows[0]?.digest),
  };
}

function guestLevel(pve: Pve, guest: Guest): Level {
  const RULES = "/nodes/{node}/{type}/{vmid}/firewall/rules";
  const OPTIONS = "/nodes/{node}/{type}/{vmid}/firewall/options";
  return {
    kind: "guest",
    of: `guest ${guest.vmid}`,
    given: { vmid: guest.vmid },
    guest,
    enabledByDefault: false,
    rules: () => pve.list(RULES, guest),
    options: () => pve.get(OPTIONS, guest),
    add: (rule) => pve.post(RULES, guest, rule),
    change: (pos, change) => pve.put(`${RULES}/{pos}`, { ...guest, pos }, change),
    remove: (pos, digest) => pve.delete(`${RULES}/{pos}`, { ...guest, pos }, { digest }),
    setOptions: (change) => pve.put(OPTIONS, guest, change),
  };
}

function nodeLevel(pve: Pve, node: string): Level {
  const RULES = "/nodes/{node}/firewall/rules";
  return {
    kind: "node",
    of: `node ${node}`,
    given: { node },
    enabledByDefault: true,
    rules: () => pve.list(RULES, { node }),
    options: () => pve.get("/nodes/{node}/firewall/options", { node }),
    add: (rule) => pve.post(RULES, { node }, rule),
    change: (pos, change) => pve.put(`${RULES}/{pos}`, { node, pos }, change),
    remove: (pos, digest) => pve.delete(`${RULES}/{pos}`, { node, pos }, { digest }),
    setOptions: ({ digest, enable }) =>
      pve.put("/nodes/{node}/firewall/options", { node }, { digest, enable }),
  };
}

function clusterLevel(pve: Pve): Level {
  const RULES = "/cluster/firewall/rules";
  return {
    kind: "cluster",
    of: "cluster",
    given: {},
    enabledByDefault: false,
    rules: () => pve.list(RULES),
    options: () => pve.get("/cluster/firewall/options"),
    add: (rule) => pve.post(RULES, {}, rule),
    change: (pos, change) => pve.put(`${RULES}/{pos}`, { pos }, change),
    remove: (pos, digest) => pve.delete(`${RULES}/{pos}`, { pos }, { digest }),
    setOptions: (change) => pve.put("/cluster/firewall/options", {}, change),
  };
}

function groupLevel(pve: Pve, group: string): Level {
  const RULES = "/cluster/firewall/groups/{group}";
  return {
    ...clusterLevel(pve),
    kind: "group",
    of: `group ${group}`,
    given: { group },
    rules: () => pve.list(RULES, { group }),
    add: (rule) => pve.post(RULES, { group }, rule),
    change: (pos, change) => pve.put(`${RULES}/{pos}`, { group, pos }, change),
    remove: (pos, digest) => pve.delete(`${RULES}/{pos}`, { group, pos }, { digest }),
  };
}
