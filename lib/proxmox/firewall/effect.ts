import { AppError } from "../../errors.ts";
import { flag, type Row } from "../api/values.ts";
import { readConfig } from "../guest/config.ts";
import { guestLabel } from "../guest/directory.ts";
import { properties } from "../guest/properties.ts";
import type { Pve } from "../pve.ts";
import type { Level } from "./level.ts";

/** A network card of a guest, and whether the firewall looks at what goes through it. */
export interface Card {
  readonly card: string;
  readonly firewall: boolean;
}

/** True when these options, of a place where it is on or off by default, switch the firewall on. */
export function isOn(options: Row, { enabledByDefault }: Pick<Level, "enabledByDefault">): boolean {
  // Of the datacenter it is the time of a switching on by the two steps that keep nobody out.
  return options.enable === undefined
    ? enabledByDefault
    : flag(options.enable) || Number(options.enable) > 1;
}

/** The network cards of the guest whose rules these are; none elsewhere. */
export async function cardsOf(pve: Pve, { guest }: Level): Promise<Card[]> {
  if (guest === undefined) return [];
  return Object.entries(await readConfig(pve, guest)).filter(([key]) => /^net\d+$/.test(key))
    .map(([card, value]) => ({ card, firewall: flag(properties(value).firewall) }))
    .sort((a, b) => a.card < b.card ? -1 : 1);
}

/** Why rules have no effect though they are there, and what to do; nothing when they have. */
export async function obstacles(
  pve: Pve,
  level: Level,
  { cards, options, iface }: {
    options: Row;
    cards: readonly Card[];
    /** Of the rule, where it is for one card. */
    iface?: string | undefined;
  },
): Promise<string[]> {
  const on = isOn(options, level);
  const off = `${pve.advice.firewall} with enabled: true`;
  const found: string[] = [];
  const datacenter = level.enabledByDefault || level.guest ? await datacenterOn(pve) : on;
  if (datacenter instanceof AppError) {
    found.push(`whether the datacenter's firewall is on is unknown: ${datacenter.message}`);
  } else if (!datacenter) {
    found.push(`no rule has an effect yet: the datacenter's firewall is off; ${off}`);
  }
  if (level.kind === "node" && !on) {
    found.push(`the rules have no effect yet: the firewall of ${level.of} is off; ${off}`);
  }
  if (level.kind === "group") {
    found.push(`the rules of ${level.of} hold where a rule of type group names it`);
  }
  const { guest } = level;
  if (guest === undefined) return found;
  const label = guestLabel(guest);
  if (!on) {
    found.push(
      `the rules of ${label} have no effect yet: its firewall is off; ${off} and this vmid`,
    );
  }
  const bare = cards.filter(({ card, firewall }) => !firewall && card === (iface ?? card));
  if (bare.length > 0) {
    const names = bare.map(({ card }) => card).join(", ");
    found.push(`no rule holds on ${names} of ${label}: the card needs firewall=1`);
  }
  return found;
}

async function datacenterOn(pve: Pve): Promise<boolean | AppError> {
  try {
    const options = await pve.get("/cluster/firewall/options");
    return isOn(options, { enabledByDefault: false });
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
}
