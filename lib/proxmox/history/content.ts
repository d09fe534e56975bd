import { AppError } from "../../errors.ts";
import { parseLetters } from "../api/letters.ts";
import { isRecord } from "../api/values.ts";

/** What an object was: its settings as text, and lists whose order matters. */
export type Content = Readonly<Record<string, string | readonly string[]>>;

/** The names under which objects are kept. */
export const OBJECTS = {
  guest: (vmid: number) => `guest/${vmid}`,
  guestFirewall: (vmid: number) => `firewall/guest/${vmid}`,
  nodeFirewall: (node: string) => `firewall/node/${node}`,
  clusterFirewall: "firewall/cluster",
  storages: "storages",
  ha: "ha",
  permissions: "permissions",
  /** Stands for the looks themselves: it is kept at the end of each that was complete. */
  look: "look",
} as const;

const MOST_CHARACTERS = 500_000;

/** What an object's name says of it: what it is about, and the guest or node where it is one's. */
export interface Named {
  readonly about: string;
  readonly vmid?: number;
  readonly node?: string;
}

export function namedBy(object: string): Named {
  const [, firewall, kind, name = ""] = /^(firewall\/)?(guest|node)\/(.+)$/.exec(object) ?? [];
  const what = firewall === undefined ? "" : "firewall of ";
  if (kind === "guest") return { about: `${what}guest ${name}`, vmid: Number(name) };
  if (kind === "node") return { about: `${what}node ${name}`, node: name };
  return { about: object === OBJECTS.clusterFirewall ? "firewall of the cluster" : object };
}

/**
 * Text of a content, the same for the same.
 *
 * @throws AppError `invalid` for what is too long to be kept
 */
export function serialized(content: Content): string {
  const text = JSON.stringify(Object.fromEntries(Object.entries(content).toSorted(byKey)));
  if (text.length <= MOST_CHARACTERS) return text;
  throw new AppError("invalid", `${text.length} characters are too many to be kept`);
}

export function contentOf(text: string): Content {
  // What was kept before letters were put together is read as what is now.
  const value = parseLetters(text);
  return isRecord(value) ? value as Content : {};
}

function byKey([a]: [string, unknown], [b]: [string, unknown]): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
