import ipaddr from "ipaddr.js";
import { AppError } from "../errors.ts";

type Address = ipaddr.IPv4 | ipaddr.IPv6;

/** Addresses and CIDR ranges, and what could not be read as one. */
export interface AddressList {
  readonly ranges: readonly (readonly [Address, number])[];
  /** Entries that are neither; they match nothing. */
  readonly malformed: readonly string[];
}

/** What `clientAddress` gives when the trusted proxies name no readable client. It matches no list. */
export const UNKNOWN_ADDRESS = "unknown";

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
  const ranges: [Address, number][] = [];
  const malformed: string[] = [];
  for (const entry of entries) {
    const range = parseRange(entry.trim());
    if (range === null) malformed.push(entry.trim());
    else ranges.push(range);
  }
  return { ranges, malformed };
}

/** True when the address lies in one of the ranges. IPv4-mapped IPv6 addresses count as IPv4. */
export function includesAddress(list: AddressList, address: string): boolean {
  const parsed = parseAddress(address);
  if (parsed === null) return false;
  return list.ranges.some(([start, bits]) =>
    start.kind() === parsed.kind() && parsed.match(start, bits)
  );
}

/** The canonical text of an address (IPv4-mapped as IPv4, no zone); null when it is none. */
export function canonicalAddress(text: string): string | null {
  return parseAddress(text)?.toString() ?? null;
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

function parseRange(text: string): [Address, number] | null {
  const slash = text.indexOf("/");
  const address = parseAddressAsWritten(slash < 0 ? text : text.slice(0, slash));
  if (address === null) return null;
  const widest = address.kind() === "ipv4" ? 32 : 128;
  const prefix = slash < 0 ? `${widest}` : text.slice(slash + 1);
  const bits = Number(prefix);
  if (!/^\d{1,3}$/.test(prefix) || bits > widest) return null;
  if (isMapped(address) && bits >= 96) return [address.toIPv4Address(), bits - 96];
  return [address, bits];
}

function parseAddress(text: string): Address | null {
  const address = parseAddressAsWritten(text.replace(/%[\w.-]+$/, ""));
  return address !== null && isMapped(address) ? address.toIPv4Address() : address;
}

/**
 * Only the usual forms: ipaddr.js by itself also takes octal, hexadecimal and shortened IPv4, and reads
 * the deprecated `::1.2.3.4` as the IPv4-mapped address.
 */
function parseAddressAsWritten(text: string): Address | null {
  if (ipaddr.IPv4.isValidFourPartDecimal(text)) return ipaddr.IPv4.parse(text);
  if (text.includes("%") || /^::\d+\./.test(text)) return null;
  const dotted = /:(\d[^:]*\.[^:]*)$/.exec(text)?.[1];
  if (dotted !== undefined && !ipaddr.IPv4.isValidFourPartDecimal(dotted)) return null;
  return ipaddr.IPv6.isValid(text) ? ipaddr.IPv6.parse(text) : null;
}

function isMapped(address: Address): address is ipaddr.IPv6 {
  return address.kind() === "ipv6" && (address as ipaddr.IPv6).isIPv4MappedAddress();
}

/** Some proxies append the port: `192.0.2.1:4711`, `[2001:db8::1]:4711`. */
function withoutPort(hop: string): string {
  return /^\[([^\]]*)\](?::\d+)?$/.exec(hop)?.[1] ?? /^([\d.]+):\d+$/.exec(hop)?.[1] ?? hop;
}
