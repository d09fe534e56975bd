import { isLoopback } from "../config/config.ts";

const LONGEST = 300;

/** What the answer says: a client that read another before it would be told by who registered the address. */
const ANSWERS = ["code", "state", "iss", "error"];

/** Schemes of programs that are known to take sign-ins; others must be domains turned round (RFC 8252, 7.1). */
const PROGRAMS = [
  ...["claude", "cursor", "vscode", "vscode-insiders", "vscodium", "windsurf", "zed", "kiro"],
  ...["raycast", "goose", "warp", "lmstudio", "msty", "jetbrains"],
];
const TURNED_DOMAIN = /^[a-z][a-z0-9-]*(\.[a-z0-9-]+)+$/;

/** Why nobody is sent to this address; undefined for one that is good. */
export function redirectFlaw(uri: string): string | undefined {
  const url = URL.parse(uri);
  if (url === null || uri.length > LONGEST) return "must be a URL of at most 300 characters";
  if (!/^[!-[\]-~]+$/.test(uri)) return "must be ASCII without spaces and backslashes";
  if (url.hash || uri.includes("#")) return "must have no fragment";
  if (url.username || url.password) return "must name no user";
  if (ANSWERS.some((name) => url.searchParams.has(name))) {
    return `must leave ${ANSWERS.join(", ")} to the answer`;
  }
  // Browsers take `https:host` for a path of the page that sends them there.
  const isWeb = /^https?:$/.test(url.protocol);
  if (isWeb && !/^https?:\/\/[^/]/i.test(uri)) return "must name its host after two slashes";
  if (url.protocol === "https:") return undefined;
  if (url.protocol === "http:") {
    return isLoopback(url.hostname) ? undefined : "must be https, or on this machine";
  }
  const scheme = url.protocol.slice(0, -1);
  return PROGRAMS.includes(scheme) || TURNED_DOMAIN.test(scheme)
    ? undefined
    : "must be https, or a program's own scheme such as com.example.app";
}

/** Exactly one of those registered; on this machine at any port (RFC 8252, 7.3). */
export function isRegistered(uri: string, registered: readonly string[]): boolean {
  if (redirectFlaw(uri) !== undefined) return false;
  return registered.some((known) => known === uri || sameOnLoopback(known, uri));
}

function sameOnLoopback(known: string, given: string): boolean {
  const [a, b] = [new URL(known), new URL(given)];
  if (a.protocol !== "http:" || b.protocol !== "http:" || !isLoopback(a.hostname)) return false;
  a.port = "";
  b.port = "";
  return a.href === b.href;
}

/** Where a redirect leads, as a person reads it. */
export function placeOf(uri: string): string {
  const { protocol, host, hostname } = new URL(uri);
  if (protocol === "http:") return isLoopback(hostname) ? hostname : host;
  return protocol === "https:" ? host : protocol;
}
