import { X509Certificate } from "node:crypto";
import { isIP } from "node:net";
import { type Config, isLoopback } from "../../config/config.ts";
import { messageOf } from "../../errors.ts";
import { readCertificate } from "../../http/certificate.ts";
import { passkeySite } from "../../http/pages/passkey/challenges.ts";
import { fail, type Finding, ok, warn } from "./finding.ts";

/** Whether the server's own certificate can be used, and how people reach the pages. */
export async function checkPages({ server }: Config): Promise<Finding[]> {
  const { tls, public_url: url } = server;
  const named = tls === null ? [] : await checkCertificate(tls, url);
  return url === null ? named : [...named, aboutWay(url, server)];
}

async function checkCertificate(
  tls: NonNullable<Config["server"]["tls"]>,
  url: string | null,
): Promise<Finding[]> {
  try {
    const { cert } = await readCertificate(tls);
    const name = url === null ? null : bare(new URL(url).hostname);
    if (name === null || isFor(new X509Certificate(cert), name)) return [];
    return [warn(
      "tls",
      `server.tls.cert_file ${tls.cert_file} is not for ${name}, which server.public_url names`,
      "browsers and clients refuse it: take a certificate of that name",
    )];
  } catch (error) {
    return [fail("tls", messageOf(error))];
  }
}

function isFor(certificate: X509Certificate, name: string): boolean {
  const found = isIP(name) === 0 ? certificate.checkHost(name) : certificate.checkIP(name);
  return typeof found === "string";
}

function aboutWay(url: string, { tls, trusted_proxies, oauth }: Config["server"]): Finding {
  const { protocol, hostname } = new URL(url);
  if (protocol === "http:" && !isLoopback(bare(hostname))) {
    return warn(
      "pages",
      `at ${url}, where passwords, tokens and sessions travel unencrypted and passkeys do not work`,
      "let server.public_url begin with https://, by server.tls or a proxy with TLS",
    );
  }
  if (protocol === "https:" && tls === null && trusted_proxies.length === 0) {
    return warn(
      "pages",
      `at ${url}, by a proxy that is not named: all who come through it count as one address, and ` +
        "who guesses locks the others out",
      "name its address in server.trusted_proxies, or set server.tls",
    );
  }
  if (!oauth?.own) return ok("pages", `at ${url}; a token signs in`);
  const hasPasskeys = passkeySite(url) !== undefined;
  const others = hasPasskeys
    ? ", a password or a passkey"
    : " or a password (passkeys need a name)";
  return ok("pages", `at ${url}; a token${others} signs in`);
}

/** As certificates and addresses have it. */
function bare(hostname: string): string {
  return hostname.replace(/^\[|\]$/g, "");
}
