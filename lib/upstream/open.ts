import { X509Certificate } from "node:crypto";
import { AppError, ioReason, messageOf, oneLine } from "../errors.ts";
import { createVerifyingDial, type Dial } from "./line.ts";
import { createPinnedDial, createPinnedTransport } from "./pinned_transport.ts";
import { createFetchTransport, type Transport } from "./transport.ts";

/** Which certificates a server may show. */
export interface Trust {
  readonly ca_file: string | null;
  readonly fingerprint: string | null;
  readonly verify_ssl: boolean;
  readonly timeout_seconds: number;
}

/** How messages call the section of the config that `Trust` is from, and where its CA comes from. */
export interface TrustNames {
  /** `proxmox`, `backup_servers.pbs1`. */
  readonly section: string;
  /** The end of a sentence, with what divides it: `; on a node it is FILE`. */
  readonly caFrom: string;
}

/** How requests and lines reach a server. */
export interface Opened {
  readonly transport: Transport;
  readonly dial: Dial;
  readonly close: () => void;
}

/** What is trusted, with what stands in files. */
export interface Trusted extends Omit<Trust, "ca_file"> {
  /** Of `ca_file`, where it counts. */
  readonly ca: string | null;
}

/** Throws AppError `invalid` when `ca_file` cannot be read. */
export async function readTrust(
  { ca_file, ...trust }: Trust,
  names: TrustNames,
): Promise<Trusted> {
  const { fingerprint, verify_ssl, timeout_seconds } = trust;
  const counts = ca_file !== null && fingerprint === null && verify_ssl;
  const ca = counts ? await readCa(ca_file, names) : null;
  return { ca, fingerprint, verify_ssl, timeout_seconds };
}

/**
 * Opens no connection yet.
 *
 * @throws AppError `invalid` when the CA's or the system's certificates cannot be used
 */
export function openTrusting(trusted: Trusted, names: TrustNames): Opened {
  const { ca, fingerprint, timeout_seconds, verify_ssl } = trusted;
  if (fingerprint !== null || !verify_ssl) {
    const pin = { fingerprint, timeoutMs: timeout_seconds * 1000 };
    const transport = createPinnedTransport(pin);
    return { transport, dial: createPinnedDial(pin), close: () => transport[Symbol.dispose]() };
  }
  const caCerts = ca === null ? [] : [ca];
  const transport = verifyingTransport(caCerts, names);
  const dial = createVerifyingDial(caCerts);
  return { transport, dial, close: () => transport[Symbol.dispose]() };
}

function verifyingTransport(
  caCerts: readonly string[],
  { section }: TrustNames,
): Transport & Disposable {
  try {
    return createFetchTransport(caCerts);
  } catch (cause) {
    const message = `Cannot use the system's or the cluster's CA certificates: ${
      oneLine(messageOf(cause))
    }: install ca-certificates and check ${section}.ca_file, or set ${section}.fingerprint`;
    throw new AppError("invalid", message, { cause });
  }
}

async function readCa(file: string, { section, caFrom }: TrustNames): Promise<string> {
  const refuse = (verb: string, state: string, cause: unknown) => {
    const message = `Cannot ${verb} ${section}.ca_file ${file}: ${state}${caFrom}`;
    return new AppError("invalid", message, { cause });
  };
  const text = await Deno.readTextFile(file).catch((cause) => {
    throw refuse("read", ioReason(cause), cause);
  });
  try {
    // The runtime takes a file without any certificate for an empty list (seen in 2.9.6).
    new X509Certificate(text);
  } catch (cause) {
    throw refuse("use", "it holds no PEM certificate", cause);
  }
  return text;
}
