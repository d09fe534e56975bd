import { onFailure } from "../../errors.ts";
import { readConfig } from "../guest/config.ts";
import { assertKnown } from "../known.ts";
import type { Pve } from "../pve.ts";
import type { Level } from "./level.ts";
import type { Rule } from "./rule.ts";

/** The names in a rule: its action or security group, its macro, its card, the sets and aliases of its addresses. */
type Names = Partial<Pick<Rule, "action" | "dest" | "iface" | "macro" | "source" | "type">>;

const ACTIONS = ["ACCEPT", "DROP", "REJECT"];
/** Which rules there may be, as Proxmox's `rule_env_direction_lookup` has it. */
const TYPES: Readonly<Record<Level["kind"], readonly string[]>> = {
  cluster: ["in", "out", "forward", "group"],
  node: ["in", "out", "forward", "group"],
  group: ["in", "out", "forward"],
  guest: ["in", "out", "group"],
};
const NAME = /^(?:\+(?:guest\/|dc\/|sdn\/)?|guest\/|dc\/)?([A-Za-z][A-Za-z0-9_-]+)$/;

/**
 * Refuses names that stand for nothing. A list that the Proxmox token may not read is left to Proxmox,
 * which looks the names up by itself.
 *
 * @throws AppError `not_found` that lists what there is
 */
export async function assertNames(pve: Pve, level: Level, names: Names): Promise<void> {
  const { action, dest, iface, macro, source, type } = names;
  assertKnown(type, { what: `rule of ${level.of} of the type`, known: TYPES[level.kind] });
  if (type !== "group") assertKnown(action, { what: "action", known: ACTIONS });
  await assertOne("macro", macro, () => pve.list("/cluster/firewall/macros"), (row) => row.macro);
  await assertOne(
    "security group",
    type === "group" ? action : undefined,
    () => pve.list("/cluster/firewall/groups"),
    (row) => row.group,
  );
  await assertCard(pve, level, iface);
  const addresses = [source, dest].map(nameIn).filter((name) => name !== undefined);
  if (addresses.length === 0) return;
  const refs = await readable(() =>
    level.guest
      ? pve.list("/nodes/{node}/{type}/{vmid}/firewall/refs", level.guest)
      : pve.list("/cluster/firewall/refs")
  );
  if (refs === undefined) return;
  for (const { name, type } of addresses) {
    const known = refs.filter((ref) => ref.type === type).map((ref) => String(ref.name));
    assertLike(name, { what: type === "ipset" ? "IP set" : "alias", known });
  }
}

async function assertOne<R>(
  what: string,
  value: string | undefined,
  read: () => Promise<readonly R[]>,
  nameOf: (row: R) => unknown,
): Promise<void> {
  if (value === undefined) return;
  const rows = await readable(read);
  if (rows) assertLike(value, { what, known: rows.map((row) => String(nameOf(row))) });
}

async function assertCard(pve: Pve, { guest }: Level, iface: string | undefined): Promise<void> {
  if (guest === undefined || iface === undefined) return;
  const known = Object.keys(await readConfig(pve, guest)).filter((key) => /^net\d+$/.test(key));
  assertKnown(iface, { what: `network card of guest ${guest.vmid} named`, known });
}

/** Proxmox looks names up in whatever case they are written. */
function assertLike(value: string, { what, known }: { what: string; known: string[] }): void {
  const exact = known.find((name) => name.toLowerCase() === value.toLowerCase());
  assertKnown(exact ?? value, { what, known });
}

/** The set (`+name`) or alias that an address is. */
function nameIn(
  address: string | undefined,
): { name: string; type: "alias" | "ipset" } | undefined {
  const [, name] = NAME.exec(address ?? "") ?? [];
  if (name === undefined) return undefined;
  return { name, type: address?.startsWith("+") ? "ipset" : "alias" };
}

function readable<T>(read: () => Promise<T>): Promise<T | undefined> {
  return read().catch(onFailure(() => undefined, "forbidden"));
}
