import { BlockList, isIPv4, isIPv6, SocketAddress } from "node:net";
import { AppError } from "../errors.ts";

/**
 * Addresses and CIDR ranges, and what could not be read as one. A list for each family that has any: a single
 * BlockList lets IPv4 addresses match IPv6 ranges such as `::ffff:0:0/95` (Deno 2.9.6), and to ask one is dear.
 */
export interface AddressList {
  readonly ipv4?: BlockList;
  readonly ipv6?: BlockList;
  /** Entries that are neither; they match nothing. */
  readonly malformed: readonly string[];
}

/** What `clientAddress` gives when the trusted proxies name no readable client. It matches no list. */
const UNKNOWN_ADDRESS = "unknown";

/**
 * Reads a comma-separated list of IPv4 and IPv6 addresses and CIDR ranges, as `allowed_ips` holds it.
 * Throws AppError `invalid` naming the first malformed entry. An empty text gives an empty list.
 */
export function parseAllowedIps(text: string): AddressList {
  const list = readAddressList(text.trim() === "" ? [] : text.split(","));
  if (list.malformed.length > 0) {
    throw new AppError(
      "invalid",
      `Cannot read the address ${JSON.stringify(list.malformed[0])}: ` +
        "expected an IPv4 or IPv6 address or a CIDR range such as 10.0.0.0/8",
    );
  }
  return list;
}

/** Reads entries one by one and keeps those that are malformed apart. */
export function readAddressList(entries: readonly string[]): AddressList {
  const malformed: string[] = [];
  const lists: { ipv4?: BlockList; ipv6?: BlockList } = {};
  for (const entry of entries) {
    const range = rangeOf(entry.trim());
    if (range === null) malformed.push(entry.trim());
    else (lists[range.family] ??= new BlockList()).addSubnet(range.start, range.bits, range.family);
  }
  return { ...lists, malformed };
}

/** True when the address lies in one of the ranges. IPv4-mapped IPv6 addresses count as IPv4. */
export function includesAddress(list: AddressList, text: string): boolean {
  const address = canonicalAddress(text);
  if (address === null) return false;
  const family = familyOf(address);
  return list[family]?.check(address, family) ?? false;
}

/** The canonical text of an address (IPv4-mapped as IPv4, no zone); null when it is none. */
export function canonicalAddress(text: string): string | null {
  return canonical(text.replace(/%[\w.-]+$/, ""));
}

/** Whom an address is counted as: whoever has an IPv6 address has all of its /64 to call from. */
export function networkOf(text: string): string {
  const address = canonicalAddress(text) ?? text;
  if (!isIPv6(address)) return address;
  const [left = [], right] = address.split("::").map((part) => part.split(":").filter(Boolean));
  const zeros = right === undefined ? [] : Array(8 - left.length - right.length).fill("0");
  return `${[...left, ...zeros, ...right ?? []].slice(0, 4).join(":")}::/64`;
}

/**
 * The client's address behind trusted proxies: the right-most hop of `X-Forwarded-For` that is not a
 * trusted proxy. The header counts only when the peer itself is trusted; it is never read from anyone
 * else. A hop that cannot be read, added by a trusted proxy, gives `UNKNOWN_ADDRESS`.
 */
export function clientAddress(
  peer: string,
  options: { forwardedFor: string | null; trustedProxies: AddressList },
): string {
  const { forwardedFor, trustedProxies } = options;
  let address = canonicalAddress(peer) ?? UNKNOWN_ADDRESS;
  const hops = (forwardedFor ?? "").split(",").map((hop) => hop.trim());
  while (includesAddress(trustedProxies, address)) {
    const hop = hops.pop();
    if (hop === undefined || (hop === "" && hops.length === 0)) return address;
    address = canonicalAddress(withoutPort(hop)) ?? UNKNOWN_ADDRESS;
  }
  return address;
}

type Family = "ipv4" | "ipv6";

interface Range {
  readonly family: Family;
  readonly start: string;
  readonly bits: number;
}

function rangeOf(text: string): Range | null {
  const [, address = "", prefix] = /^([^/]*)(?:\/(\d{1,3}))?$/.exec(text) ?? [];
  const start = canonical(address);
  if (start === null) return null;
  const widest = isIPv4(address) ? 32 : 128;
  const bits = prefix === undefined ? widest : Number(prefix);
  if (bits > widest) return null;
  const isMapped = isIPv4(start) && !isIPv4(address);
  if (!isMapped) return { family: familyOf(start), start, bits };
  return bits < 96
    ? { family: "ipv6", start: address, bits }
    : { family: "ipv4", start, bits: bits - 96 };
}

/** Without a zone. The deprecated `::1.2.3.4` is none: it looks like an IPv4-mapped address. */
function canonical(text: string): string | null {
  if (isIPv4(text)) return text;
  if (!isIPv6(text) || text.includes("%") || /^::\d+\./.test(text)) return null;
  const { address } = new SocketAddress({ address: text, family: "ipv6" });
  return /^::ffff:(\d+\.\d+\.\d+\.\d+)$/.exec(address)?.[1] ?? address;
}

function familyOf(address: string): Family {
  return isIPv4(address) ? "ipv4" : "ipv6";
}

/** Some proxies append the port: `192.0.2.1:4711`, `[2001:db8::1]:4711`. */
function withoutPort(hop: string): string {
  return /^\[([^\]]*)\](?::\d+)?$/.exec(hop)?.[1] ?? /^([\d.]+):\d+$/.exec(hop)?.[1] ?? hop;
}
