import { Client } from "./client.ts";
import { Upstream } from "../../upstream/upstream.ts";
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

/** The way to one cluster. */
export interface Connection {
  readonly client: Client;
  /**
   * Takes over what a target of the same hosts says of trust and of the API token. Calls under way go on
   * with it. True when the token is another one than before.
   *
   * @throws AppError `invalid` as when it was made; then nothing is taken over
   */
  renew(target: ProxmoxTarget): Promise<boolean>;
  close(): void;
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
): Promise<Connection> {
  const upstream = await Upstream.open(proxmox, {
    section: `${section}proxmox`,
    caFrom: CA_FROM,
  });
  const client = new Client({
    section,
    hosts: proxmox.hosts,
    port: proxmox.port,
    ...credentialOf(auth),
    timeoutMs: proxmox.timeout_seconds * 1000,
    transport: upstream.transport,
    dial: upstream.dial,
    sleep: options.sleep ?? sleep,
    random: Math.random,
    clock: options.clock ?? (() => performance.now()),
    share: options.share ?? 1,
  });
  return {
    client,
    renew: async (next) => {
      await upstream.renew(next.proxmox);
      return client.renew(credentialOf(next.auth));
    },
    close: () => upstream.close(),
  };
}

function credentialOf({ user, token_name, token_value }: ProxmoxTarget["auth"]) {
  return { user, tokenName: token_name, tokenValue: token_value };
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
