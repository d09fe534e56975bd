import { resolve } from "node:path";
import { typed } from "../command.ts";
import { AppError, ioReason } from "../errors.ts";
import type { ReadFile } from "./types.ts";

/** Where a config file is looked for when none is named. */
export const DEFAULT_CONFIG_FILES = [
  "config.json",
  "proxmox-config/config.json",
  "/etc/proxmox-mcp/config.json",
] as const;

export interface FoundConfig {
  /** As the user wrote it, for messages. */
  readonly name: string;
  readonly absolute: string;
  readonly text: string;
}

/** Reads the named config file, or the first of the default places that holds one; null for none. */
export async function findConfig(
  named: string | undefined,
  { readFile, cwd = "" }: { readonly readFile: ReadFile; readonly cwd?: string | undefined },
): Promise<FoundConfig | null> {
  for (const name of named === undefined ? DEFAULT_CONFIG_FILES : [named]) {
    try {
      const absolute = resolve(cwd, name);
      return { name, absolute, text: await readFile(absolute) };
    } catch (error) {
      if (named === undefined && (isAbsent(error) || await isOutOfSight(name, cwd))) continue;
      throw new AppError("invalid", `Cannot read config ${name}: ${ioReason(error)}`, {
        cause: error,
      });
    }
  }
  return null;
}

export function noConfig(): AppError {
  return new AppError(
    "invalid",
    `Cannot find a config file: tried ${DEFAULT_CONFIG_FILES.join(", ")}` +
      `: make one with \`${typed("init")}\`, give --config FILE, or set PROXMOX_HOST and its like`,
  );
}

/** In a folder that this user may not enter, as root's home after `runuser -u proxmox-mcp`, nothing is found. */
async function isOutOfSight(name: string, cwd: string): Promise<boolean> {
  const looked = await Deno.lstat(resolve(cwd, name)).catch((error: unknown) => error);
  return looked instanceof Deno.errors.PermissionDenied;
}

/** A locked process may read one place only, so what it may not look at counts as not there. */
function isAbsent(error: unknown): boolean {
  return error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotCapable ||
    error instanceof Deno.errors.NotADirectory;
}
