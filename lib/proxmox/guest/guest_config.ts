import { REDACTED, redactText } from "../../log/redact.ts";
import type { Guest } from "./directory.ts";
import { redactedParams } from "../plan.ts";
import type { Pve } from "../pve.ts";
import { type GuestConfig, text } from "../api/values.ts";
import { readSettings } from "./pending.ts";

/** A change of the configuration that waits for the guest's next start. */
export type PendingChange = {
  readonly key: string;
  readonly value?: string;
  /** Absent when the setting will be removed. */
  readonly pending?: string;
};

/** A configuration as callers may see it: secrets hidden, SSH keys readable. */
export function describeConfig(config: GuestConfig): Record<string, unknown> {
  const shown: Record<string, unknown> = { ...redactedParams(config) };
  const keys = text(config.sshkeys);
  if (keys !== undefined) shown.sshkeys = decodeKeys(keys);
  // A container's environment is NAME=value, separated by NUL bytes.
  const environment = text(config.env);
  if (environment !== undefined) {
    shown.env = environment.split("\0").map((entry) => redactText(entry)).join("\n");
  }
  return shown;
}

/** Reads the changes of a guest's configuration that are not in effect yet. */
export async function readPending(
  pve: Pve,
  guest: Pick<Guest, "node" | "type" | "vmid">,
): Promise<PendingChange[]> {
  return [...await readSettings(pve, guest)].filter(([, { waits }]) => waits)
    .map(([key, { value, next }]) => {
      const shown = redactedParams({ [key]: value });
      const pending = redactedParams({ [key]: next });
      return {
        key,
        ...(value === undefined ? {} : { value: String(shown[key] ?? REDACTED) }),
        ...(next === undefined ? {} : { pending: String(pending[key] ?? REDACTED) }),
      };
    });
}

export function decodeKeys(keys: string): string {
  try {
    return decodeURIComponent(keys).trim();
  } catch {
    return keys;
  }
}
