/** Why there is no connection, by what `fetch` and `node:tls` say of it (seen in Deno 2.9.6). */
const WHY: readonly (readonly [RegExp, string])[] = [
  [/refused/i, "the connection is refused"],
  [/dns error|failed to lookup|ENOTFOUND|EAI_AGAIN/i, "there is no address for that name"],
  [/no route|unreachable|EHOSTUNREACH|ENETUNREACH/i, "there is no way to that address"],
  [/timed out|ETIMEDOUT/i, "it does not answer"],
  [/InvalidContentType|wrong version number|EPROTO/i, "what listens there does not speak TLS"],
  [/ports? \d+ (?:is|are) blocked/i, "Deno connects to no such port"],
  [/reset|ECONNRESET|closed|EPIPE/i, "the connection broke"],
];

/** What came of the attempt to reach a server that gave no answer. */
export type Unreached =
  /** Its certificate is not the one that is trusted. */
  | { readonly untrusted: true; readonly why: string; readonly reason: string }
  /** `why` is undefined where nobody knows. */
  | { readonly untrusted: false; readonly why: string | undefined };

/** Why a request got no answer. */
export function whyUnreached(cause: unknown): Unreached {
  const reason = causeText(cause);
  if (/certificate|UnknownIssuer|self.signed|NotValidForName|fingerprint/i.test(reason)) {
    return { untrusted: true, why: distrust(reason), reason };
  }
  return { untrusted: false, why: WHY.find(([pattern]) => pattern.test(reason))?.[1] };
}

/** Why a certificate is not trusted, without the request and without all the names that it is for. */
function distrust(reason: string): string {
  const why = /peer certificate: (.*)/s.exec(reason)?.[1] ?? reason;
  return why.replace(/; certificate is only valid for .*/s, "").slice(0, 300);
}

/** True when the connection was never made: refused, unresolvable, no route, or not trusted. */
export function neverConnected(cause: unknown): boolean {
  return /refused|dns error|failed to lookup|unreachable|No route|tcp connect|certificate|fingerprint|ENOTFOUND|EHOSTUNREACH|blocked/i
    .test(causeText(cause));
}

/** Deno's `fetch` says only in the texts of its error's causes why there is no connection. */
function causeText(error: unknown): string {
  const parts: string[] = [];
  for (let at = error, depth = 0; at instanceof Error && depth < 4; at = at.cause, depth++) {
    parts.push(at.message);
  }
  return parts.join(": ") || String(error);
}
