import type { ClusterConfigs, ClusterSections } from "./clusters.ts";
import type { ConfigFile } from "./schema.ts";

/** Read-only all the way down. */
type Frozen<T> = T extends object ? { readonly [K in keyof T]: Frozen<T[K]> } : T;

/**
 * What the program runs by: the keys of the file as the file spells them, with option, environment and
 * default merged in, paths absolute and secrets read.
 */
export type Config = Frozen<Omit<ConfigFile, keyof ClusterSections>> & {
  /** Every cluster, in the order of the file; the one that `proxmox` names is the first. */
  readonly clusters: Frozen<ClusterConfigs>;
  /** Absolute path of the file that was read; null when none was. */
  readonly file: string | null;
  /** `--debug`. */
  readonly debug: boolean;
  /** Where the keys that were given come from, by their paths: `PROXMOX_PORT`, `--port` or the file. */
  readonly sources: Readonly<Record<string, string>>;
  /** `--no-auth`. */
  readonly no_auth: boolean;
  /** True for a server on standard input and output, which listens nowhere. */
  readonly stdio: boolean;
  /** `--token-file`, absolute. */
  readonly token_file: string | null;
};

/** One cluster of the config. */
export type ClusterConfig = Config["clusters"][number];

/** What stands on the command line of `serve` or `stdio`, by the options' long names: `{ "--port": 8812 }`. */
export type ServeOptions = Readonly<Record<`--${string}`, unknown>>;

export type ReadEnvironment = (name: string) => string | undefined;
export type ReadFile = (path: string) => Promise<string>;

export interface ConfigRequest {
  /** `--config`; without it the environment, then the default places. */
  readonly file?: string | undefined;
  readonly options?: ServeOptions | undefined;
  readonly env: ReadEnvironment;
  readonly readFile?: ReadFile | undefined;
  /** Where relative paths begin, absolute; the process's working directory when not given. */
  readonly cwd?: string | undefined;
  /** `skip` leaves the Proxmox token unread, for commands that never talk to Proxmox. */
  readonly secrets?: "read" | "skip" | undefined;
}
