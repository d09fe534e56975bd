import { createPrivateKey, createPublicKey, type KeyObject, X509Certificate } from "node:crypto";
import type { Config } from "../config/config.ts";
import { AppError, ioReason } from "../errors.ts";

/** A certificate and its key, both PEM. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

type Tls = NonNullable<Config["server"]["tls"]>;

/** Reads the files. Rejects with AppError `invalid` when they cannot be read or do not fit together. */
export async function readCertificate(tls: Tls): Promise<Certificate> {
  const cert = await readPem("cert_file", tls.cert_file);
  const key = await readPem("key_file", tls.key_file);
  const certified = publicKeyOf(() => new X509Certificate(cert).publicKey, {
    file: `cert_file ${tls.cert_file}`,
    without: /^-----BEGIN CERTIFICATE-----/m.test(cert) ? null : "it holds no PEM certificate",
  });
  const own = publicKeyOf(() => createPublicKey(createPrivateKey(key)), {
    file: `key_file ${tls.key_file}`,
    without: lackOfKey(key),
  });
  if (certified.equals(own)) return { cert, key };
  throw new AppError(
    "invalid",
    `Cannot use server.tls.cert_file ${tls.cert_file}: server.tls.key_file ${tls.key_file} is not its key` +
      (CREDENTIAL.test(tls.key_file) ? HANDED_OVER : ""),
  );
}

/** A file that systemd handed to a service; it does so once, as the service starts. */
const CREDENTIAL = /\/credentials\/[^/]+\.service\/[^/]+$/;
const HANDED_OVER = " as systemd handed it over: restart the service";

/** Keys are compared as they are written, for 2.6.10 has no `checkPrivateKey`. */
function publicKeyOf(
  read: () => KeyObject,
  { file, without }: { readonly file: string; readonly without: string | null },
): Uint8Array & { equals(other: Uint8Array): boolean } {
  try {
    if (without !== null) throw new Error(without);
    return read().export({ type: "spki", format: "der" });
  } catch (cause) {
    const message = `Cannot use server.tls.${file}: ${ioReason(cause)}`;
    throw new AppError("invalid", message, { cause });
  }
}

/** What a text that should be a key is instead; null when it looks like one. */
function lackOfKey(text: string): string | null {
  const [, kind] = /^-----BEGIN (?:\w+ )*?(ENCRYPTED )?PRIVATE KEY-----/m.exec(text) ??
    [null, null];
  if (kind === null) return "it holds no PEM private key";
  if (kind === undefined && !/^Proc-Type: .*ENCRYPTED/m.test(text)) return null;
  return "its key is encrypted: `openssl pkey -in FILE` writes it without a passphrase";
}

/** The same when it is another one than that in use; null when it is not. */
export async function readRenewed(
  tls: Tls,
  inUse: Certificate | null,
): Promise<Certificate | null> {
  const certificate = await readCertificate(tls);
  return certificate.cert === inUse?.cert && certificate.key === inUse.key ? null : certificate;
}

async function readPem(key: string, file: string): Promise<string> {
  try {
    return await Deno.readTextFile(file);
  } catch (cause) {
    throw new AppError("invalid", `Cannot read server.tls.${key} ${file}: ${ioReason(cause)}`, {
      cause,
    });
  }
}
