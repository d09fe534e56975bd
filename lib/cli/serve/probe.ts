import type { Config } from "../../config/config.ts";
import { configOption } from "../context.ts";
import { messageOf } from "../../errors.ts";
import { isKind } from "../../proxmox/api/errors.ts";
import type { Client } from "../../proxmox/api/client.ts";
import { connectProxmox } from "../../proxmox/api/connect.ts";

/** What a first look at Proxmox showed; the message is one line. */
export interface ProxmoxProbe {
  /** `unverified`: the process was started without the flag that `verify_ssl: false` needs. */
  readonly kind: "ok" | "failed" | "unverified";
  readonly message: string;
}

const PATIENCE_MS = 4_000;

/** Asks Proxmox for its version once. Never rejects: Proxmox need not be there yet. */
export async function probeProxmox(config: Config): Promise<ProxmoxProbe> {
  const { client, close } = await connectProxmox(config);
  try {
    const version = await versionOf(client, AbortSignal.timeout(PATIENCE_MS));
    return { kind: "ok", message: `Proxmox VE ${version || "of unknown version"}` };
  } catch (error) {
    if (!config.proxmox.verify_ssl && isKind(error, "untrusted")) {
      return { kind: "unverified", message: startAdvice(config) };
    }
    return { kind: "failed", message: messageOf(error) };
  } finally {
    close();
  }
}

/** The version that Proxmox tells, such as `9.2.11`; empty when its answer holds none. */
export async function versionOf(client: Client, signal: AbortSignal): Promise<string> {
  const { data } = await client.read("/version", signal);
  const version = typeof data === "object" && data !== null && "version" in data
    ? String(data.version)
    : "";
  return version.replace(/[^\w.~+-]/g, "").slice(0, 40);
}

/** What to do when `verify_ssl: false` is set but the process still verifies. */
export function startAdvice(config: Config): string {
  const { hosts } = config.proxmox;
  return `Cannot use proxmox.verify_ssl: false: Deno skips verification only by a start-up flag: ` +
    `start with \`deno task start${configOption(config)}\`, or add ` +
    `--unsafely-ignore-certificate-errors=${hosts.join(",")} to the flags of deno run or ` +
    "deno compile, or leave verify_ssl out and set proxmox.fingerprint or proxmox.ca_file";
}
