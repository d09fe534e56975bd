import { type Row, text } from "../api/values.ts";
import type { Pve } from "../pve.ts";
import { isOn } from "./effect.ts";
import type { Level } from "./level.ts";
import type { Rule } from "./rule.ts";

/** The port of Proxmox's API and web interface, which is also the way to undo a change. */
const API_PORT = 8006;

interface State {
  readonly rules: readonly Rule[];
  /** Of the cluster. */
  readonly options: Row;
}

/**
 * Requires that a change does not close Proxmox's API to everybody but the cluster's own network and the
 * IP set `management`, which Proxmox lets in after all rules.
 *
 * @param options.force lets it be closed
 */
export function requireAccess(
  pve: Pve,
  level: Level,
  { before, after, force }: { before: State; after: State; force: boolean },
): void {
  if (level.kind === "guest" || level.kind === "group") return;
  if (isClosed(level, before) || !isClosed(level, after)) return;
  const state =
    `port ${API_PORT} (Proxmox's API) would be open to the cluster's own network and the IP set management only`;
  if (force) return pve.foresee(state);
  pve.check(
    `port ${API_PORT} stays open`,
    false,
    `${state}: first add a rule that accepts tcp ${API_PORT}, or repeat with force: true`,
  );
}

function isClosed(level: Level, { rules, options }: State): boolean {
  const verdict = firstVerdict(rules);
  if (verdict !== undefined) return verdict === "DROP" || verdict === "REJECT";
  // What no rule of a node decides is decided by those of the datacenter.
  return level.kind === "cluster" && isOn(options, level) &&
    (text(options.policy_in) ?? "DROP") !== "ACCEPT";
}

/** What becomes of most connections to the port; a rule that accepts some of them is good enough. */
function firstVerdict(rules: readonly Rule[]): string | undefined {
  return rules.find((rule) =>
    rule.enabled && rule.broken === undefined && rule.type === "in" && mayCover(rule) &&
    (rule.action === "ACCEPT" || isForAll(rule))
  )?.action;
}

function isForAll({ source, dest, iface }: Rule): boolean {
  return source === undefined && dest === undefined && iface === undefined;
}

function mayCover({ dport, macro, proto, sport }: Rule): boolean {
  if (macro !== undefined || sport !== undefined) return false;
  if (proto !== undefined && proto !== "tcp" && proto !== "6") return false;
  return dport === undefined || dport.split(",").some((part) => {
    const [from = NaN, to = from] = part.split(":").map(Number);
    return from <= API_PORT && API_PORT <= to;
  });
}
