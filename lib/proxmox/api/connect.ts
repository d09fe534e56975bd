import { AppError, messageOf } from "../../errors.ts";
import { Client, type ClientOptions } from "./client.ts";
import { createPinnedTransport } from "./pinned_transport.ts";
import { createFetchTransport, type Transport } from "./transport.ts";

/** What the connection to Proxmox depends on. */
export interface ProxmoxTarget {
  readonly proxmox: {
    readonly hosts: readonly string[];
    readonly port: number;
    readonly ca_file: string | null;
    readonly fingerprint: string | null;
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
 * @param time what tells and passes the time; the process's own when not given
 * @throws AppError `invalid` when `ca_file` cannot be read
 */
export async function connectProxmox(
  { auth, proxmox }: ProxmoxTarget,
  time: Partial<Pick<ClientOptions, "clock" | "sleep">> = {},
): Promise<{ client: Client; close: () => void }> {
  const { transport, close } = await openTransport(proxmox);
  const client = new Client({
    hosts: proxmox.hosts,
    port: proxmox.port,
    user: auth.user,
    tokenName: auth.token_name,
    tokenValue: auth.token_value,
    timeoutMs: proxmox.timeout_seconds * 1000,
    transport,
    sleep: time.sleep ?? sleep,
    random: Math.random,
    clock: time.clock ?? (() => performance.now()),
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
): Promise<{ transport: Transport; close: () => void }> {
  if (proxmox.fingerprint !== null) {
    const transport = createPinnedTransport({
      fingerprint: proxmox.fingerprint,
      timeoutMs: proxmox.timeout_seconds * 1000,
    });
    return { transport, close: () => transport[Symbol.dispose]() };
  }
  const transport = createFetchTransport(
    proxmox.ca_file === null ? [] : [await readCa(proxmox.ca_file)],
  );
  return { transport, close: () => transport[Symbol.dispose]() };
}

async function readCa(file: string): Promise<string> {
  try {
    return await Deno.readTextFile(file);
  } catch (cause) {
    throw new AppError(
      "invalid",
      `Cannot read proxmox.ca_file ${file}: ${
        messageOf(cause)
      }; on a node it is /etc/pve/pve-root-ca.pem`,
      { cause },
    );
  }
}
