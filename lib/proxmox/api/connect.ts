import { AppError, ioReason, messageOf, oneLine } from "../../errors.ts";
import { Client } from "./client.ts";
import type { ClientOptions } from "./route.ts";
import { createVerifyingDial, type Dial } from "./line.ts";
import { createPinnedDial, createPinnedTransport } from "./pinned_transport.ts";
import { createFetchTransport, type Transport } from "./transport.ts";

/** What the connection to Proxmox depends on. */
export interface ProxmoxTarget {
  readonly proxmox: {
    readonly hosts: readonly string[];
    readonly port: number;
    readonly ca_file: string | null;
    readonly fingerprint: string | null;
    readonly verify_ssl: boolean;
    readonly timeout_seconds: number;
  };
  readonly auth: {
    readonly user: string;
    readonly token_name: string;
    readonly token_value: string;
  };
}

/**
 * Makes the client; connects to nothing yet.
 *
 * @param options what tells and passes the time, the process's own when not given; among how many
 * workers what may be asked at once is divided
 * @throws AppError `invalid` when `ca_file` or the system's certificates cannot be read
 */
export async function connectProxmox(
  { auth, proxmox }: ProxmoxTarget,
  options: Partial<Pick<ClientOptions, "clock" | "sleep" | "share">> = {},
): Promise<{ client: Client; close: () => void }> {
  const { transport, dial, close } = await openTransport(proxmox);
  const client = new Client({
    hosts: proxmox.hosts,
    port: proxmox.port,
    user: auth.user,
    tokenName: auth.token_name,
    tokenValue: auth.token_value,
    timeoutMs: proxmox.timeout_seconds * 1000,
    transport,
    dial,
    sleep: options.sleep ?? sleep,
    random: Math.random,
    clock: options.clock ?? (() => performance.now()),
    share: options.share ?? 1,
  });
  return { client, close };
}

/** Resolves after some milliseconds; rejects with the signal's reason when it aborts first. */
export function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason);
    const onAbort = () => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener("abort", onAbort);
      resolve();
    }, ms);
    signal.addEventListener("abort", onAbort, { once: true });
  });
}

async function openTransport(
  proxmox: ProxmoxTarget["proxmox"],
): Promise<{ transport: Transport; dial: Dial; close: () => void }> {
  if (proxmox.fingerprint !== null || !proxmox.verify_ssl) {
    const pin = {
      fingerprint: proxmox.fingerprint,
      timeoutMs: proxmox.timeout_seconds * 1000,
    };
    const transport = createPinnedTransport(pin);
    return { transport, dial: createPinnedDial(pin), close: () => transport[Symbol.dispose]() };
  }
  const caCerts = proxmox.ca_file === null ? [] : [await readCa(proxmox.ca_file)];
  const transport = verifyingTransport(caCerts);
  const dial = createVerifyingDial(caCerts);
  return { transport, dial, close: () => transport[Symbol.dispose]() };
}

function verifyingTransport(caCerts: readonly string[]): Transport & Disposable {
  try {
    return createFetchTransport(caCerts);
  } catch (cause) {
    const message = `Cannot use the system's or the cluster's CA certificates: ${
      oneLine(messageOf(cause))
    }: install ca-certificates and check proxmox.ca_file, or set proxmox.fingerprint`;
    throw new AppError("invalid", message, { cause });
  }
}

async function readCa(file: string): Promise<string> {
  try {
    return await Deno.readTextFile(file);
  } catch (cause) {
    throw new AppError(
      "invalid",
      `Cannot read proxmox.ca_file ${file}: ${
        ioReason(cause)
      }; on a node it is /etc/pve/pve-root-ca.pem`,
      { cause },
    );
  }
}
