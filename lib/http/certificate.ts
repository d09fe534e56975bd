import { createPrivateKey, X509Certificate } from "node:crypto";
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
    fit = new X509Certificate(cert).checkPrivateKey(createPrivateKey(key));
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

async function readPem(key: string, file: string): Promise<string> {
  try {
    return await Deno.readTextFile(file);
  } catch (cause) {
    throw new AppError("invalid", `Cannot read server.tls.${key} ${file}: ${ioReason(cause)}`, {
      cause,
    });
  }
}
