import { Client } from "./client.ts";
import { openTransport } from "../../upstream/open.ts";
import type { ClientOptions } from "./route.ts";

const CA_FROM = "; on a node it is /etc/pve/pve-root-ca.pem";

/** What the connection to Proxmox depends on. */
export interface ProxmoxTarget {
  /** What stands before these keys in the config; nothing when not given. */
  readonly section?: string;
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
  { auth, proxmox, section = "" }: ProxmoxTarget,
  options: Partial<Pick<ClientOptions, "clock" | "sleep" | "share">> = {},
): Promise<{ client: Client; close: () => void }> {
  const { transport, dial, close } = await openTransport(proxmox, {
    section: `${section}proxmox`,
    caFrom: CA_FROM,
  });
  const client = new Client({
    section,
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
