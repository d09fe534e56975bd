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

/**
 * Opens no connection yet.
 *
 * @throws AppError `invalid` when `ca_file` or the system's certificates cannot be read
 */
export async function openTransport(trust: Trust, names: TrustNames): Promise<Opened> {
  if (trust.fingerprint !== null || !trust.verify_ssl) {
    const pin = { fingerprint: trust.fingerprint, timeoutMs: trust.timeout_seconds * 1000 };
    const transport = createPinnedTransport(pin);
    return { transport, dial: createPinnedDial(pin), close: () => transport[Symbol.dispose]() };
  }
  const caCerts = trust.ca_file === null ? [] : [await readCa(trust.ca_file, names)];
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
  try {
    return await Deno.readTextFile(file);
  } catch (cause) {
    const message = `Cannot read ${section}.ca_file ${file}: ${ioReason(cause)}${caFrom}`;
    throw new AppError("invalid", message, { cause });
  }
}
