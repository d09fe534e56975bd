import { createPublicKey, type KeyObject, X509Certificate } from "node:crypto";
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
  let fit: boolean;
  try {
    fit = spkiOf(new X509Certificate(cert).publicKey).equals(spkiOf(createPublicKey(key)));
  } catch (cause) {
    throw new AppError(
      "invalid",
      `Cannot use server.tls.cert_file ${tls.cert_file} and key_file ${tls.key_file}: one of them holds ` +
        "no PEM certificate or key",
      { cause },
    );
  }
  if (fit) return { cert, key };
  throw new AppError(
    "invalid",
    `Cannot use server.tls.cert_file ${tls.cert_file}: server.tls.key_file ${tls.key_file} is not its key`,
  );
}

function spkiOf(key: KeyObject): Uint8Array & { equals(other: Uint8Array): boolean } {
  return key.export({ type: "spki", format: "der" });
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
