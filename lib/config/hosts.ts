import { includesAddress, readAddressList } from "../auth/address.ts";

const LOOPBACK = readAddressList(["127.0.0.0/8", "::1"]);

/** True for an address or name that only this machine can reach. */
export function isLoopback(host: string): boolean {
  const name = bareHost(host);
  if (name.toLowerCase() === "localhost") return true;
  return includesAddress(LOOPBACK, name);
}

/** The host without the brackets of IPv6. */
export function bareHost(host: string): string {
  return host.replace(/^\[(.*)\]$/, "$1");
}

/** The host as it stands in a URL or a permission: IPv6 in brackets. */
export function hostForUrl(host: string): string {
  return host.includes(":") && !host.startsWith("[") ? `[${host}]` : host;
}
