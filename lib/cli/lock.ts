import type { Config } from "../config.ts";
import { requiredPermissions } from "./permissions.ts";

/** Whether the process holds exactly what the config needs. */
export interface LockState {
  readonly locked: boolean;
  /** `locked (compiled)`, `locked (flags)`, or `NOT LOCKED: ` and what is too wide. */
  readonly text: string;
}

/** Asks the runtime what this process may do beyond what the config needs. */
export function lockState(config: Config): LockState {
  const needed = requiredPermissions(config);
  const wide = tooWide(needed.net.length > 0);
  if (wide.length > 0) return { locked: false, text: `NOT LOCKED: ${wide.join(", ")}` };
  return { locked: true, text: `locked (${Deno.build.standalone ? "compiled" : "flags"})` };
}

function tooWide(_net: boolean): string[] {
  const probes: [string, Deno.PermissionDescriptor][] = [
    ["may connect anywhere", { name: "net" }],
    ["may read any file", { name: "read" }],
    ["may write any file", { name: "write" }],
    ["may read any environment variable", { name: "env" }],
    ["may run programs", { name: "run" }],
    ["may load libraries", { name: "ffi" }],
    ["may read system facts", { name: "sys" }],
    ["may import code", { name: "import" }],
  ];
  return probes.filter(([, descriptor]) =>
    Deno.permissions.querySync(descriptor).state === "granted"
  ).map(([text]) => text);
}
