import { X509Certificate } from "node:crypto";
import type { SeenServer } from "./certificate.ts";

const CERTIFICATE = /-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----/gs;

/**
 * Says that none of the certificates in a file signed the one that a server shows, though one may have the
 * same name as that one's signer; null where one did, where no file is named or where it cannot be used.
 */
export async function notSigned(
  { certificate, issuer }: SeenServer,
  { key, file }: { key: string; file: string | null },
): Promise<string | null> {
  if (file === null) return null;
  try {
    const [...pems] = (await Deno.readTextFile(file)).match(CERTIFICATE) ?? [];
    const keys = pems.map((pem) => new X509Certificate(pem).publicKey);
    const shown = new X509Certificate(certificate);
    if (keys.length === 0 || keys.some((key) => shown.verify(key))) return null;
    return `no CA in ${key} ${file} signed it, but another one called ${issuer}`;
  } catch {
    return null;
  }
}
