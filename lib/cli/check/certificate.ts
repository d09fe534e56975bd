import { connect, type DetailedPeerCertificate } from "node:tls";

const NO_ANSWER = "no answer in time";

/** What a server shows of itself before anybody trusts it. */
export interface SeenServer {
  /** DER. */
  readonly certificate: Uint8Array;
  readonly subject: string;
  readonly issuer: string;
  readonly names: readonly string[];
  readonly validFrom: Date;
  readonly validTo: Date;
  /** SHA-256 as Proxmox shows it: upper-case pairs between colons. */
  readonly fingerprint: string;
  /** The time by the server's clock; null when it did not tell. */
  readonly date: Date | null;
}

/**
 * Connects without trusting anyone, reads the certificate, and asks for the front page to learn the
 * server's time. No token is sent. Rejects when there is no TLS connection within `timeoutMs`.
 */
export function seeServer(
  { host, port }: { host: string; port: number },
  timeoutMs: number,
): Promise<SeenServer> {
  const { promise, resolve, reject } = Promise.withResolvers<SeenServer>();
  const socket = connect({
    host,
    port,
    servername: /^[\d.]+$|:/.test(host) ? "" : host,
    rejectUnauthorized: false,
  });
  const timer = setTimeout(() => socket.destroy(new Error(NO_ANSWER)), timeoutMs);
  let certificate: DetailedPeerCertificate | null = null;
  let answer = "";
  const finish = (error?: Error) => {
    clearTimeout(timer);
    socket.destroy();
    if (certificate === null) reject(withoutTls(error));
    else resolve(describe(certificate, dateOf(answer)));
  };
  socket.once("secureConnect", () => {
    certificate = socket.getPeerCertificate(true);
    socket.write(`HEAD / HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);
  });
  socket.on("data", (chunk: Uint8Array) => {
    answer += new TextDecoder().decode(chunk);
    if (answer.includes("\r\n\r\n") || answer.length > 16_384) finish();
  });
  socket.once("error", finish);
  socket.once("close", () => finish());
  return promise;
}

/** Each runtime has other words for an answer that is no TLS (`write UNKNOWN` in Deno 2.6.10). */
function withoutTls(error: Error | undefined): Error {
  if (error?.message === NO_ANSWER) return error;
  return new Error("no TLS handshake", { cause: error });
}

function describe(certificate: DetailedPeerCertificate, date: Date | null): SeenServer {
  const names = (certificate.subjectaltname ?? "").split(", ")
    .map(nameIn)
    .filter((name) => name !== "");
  return {
    certificate: certificate.raw,
    subject: nameOf(certificate.subject),
    issuer: nameOf(certificate.issuer),
    names,
    validFrom: new Date(certificate.valid_from),
    validTo: new Date(certificate.valid_to),
    fingerprint: certificate.fingerprint256,
    date,
  };
}

function nameIn(entry: string): string {
  const [, kind, name = entry] = /^(DNS|IP Address):(.*)$/.exec(entry) ?? [];
  return kind === "IP Address" ? addressIn(name) : name;
}

/** The bytes of an address are shown in hex by Deno 2.6.10. */
function addressIn(text: string): string {
  if (!/^[\dA-F]+$/.test(text)) return text;
  const [digits, base, mark] = text.length === 8 ? [2, 10, "."] : [4, 16, ":"];
  const parts = text.match(new RegExp(`.{${digits}}`, "g")) ?? [];
  return parts.map((part) => Number.parseInt(part, 16).toString(base)).join(mark);
}

function nameOf(name: unknown): string {
  const parts = typeof name === "object" && name !== null ? Object.entries(name) : [];
  const common = parts.find(([key]) => key === "CN") ?? parts[0];
  return String(common?.[1] ?? "unnamed").replace(/\p{Cc}/gu, "?").slice(0, 200);
}

function dateOf(answer: string): Date | null {
  const text = /^date: *(.+?)\r?$/im.exec(answer)?.[1];
  const date = text === undefined ? null : new Date(text);
  return date === null || Number.isNaN(date.getTime()) ? null : date;
}
