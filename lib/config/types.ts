import type { LogFormat } from "../log/format.ts";

export type LogLevel = "DEBUG" | "INFO" | "WARNING" | "ERROR" | "CRITICAL";
export type ConfirmMode = "always" | "when_supported" | "never";

/** What the program runs by: option, environment, file and default already merged and checked. */
export interface Config {
  /** Absolute path of the file that was read; null when none was. */
  readonly file: string | null;
  readonly debug: boolean;
  readonly proxmox: {
    /** Names or addresses, IPv6 without brackets; tried in this order. */
    readonly hosts: readonly string[];
    readonly port: number;
    readonly verifySsl: boolean;
    readonly caFile: string | null;
    /** SHA-256 of the certificate as 64 lower-case hex digits. */
    readonly fingerprint: string | null;
    readonly timeoutSeconds: number;
  };
  readonly auth: {
    readonly user: string;
    readonly tokenName: string;
    /** Empty when the config was loaded with `secrets: "skip"`. */
    readonly tokenValue: string;
    readonly tokenValueFile: string | null;
  };
  readonly server: {
    /** Address or name to listen on, IPv6 without brackets. */
    readonly host: string;
    readonly port: number;
    readonly path: string;
    readonly tls: { readonly certFile: string; readonly keyFile: string } | null;
    readonly allowedHosts: readonly string[] | null;
    readonly allowedOrigins: readonly string[];
    readonly trustedProxies: readonly string[];
    readonly maxBodyBytes: number;
    /** Zero switches that limit off. */
    readonly rateLimit: {
      readonly requestsPerMinute: number;
      readonly failedLoginsPerMinute: number;
    };
    readonly language: "en" | "tr";
    readonly requireLock: boolean;
    readonly shutdownSeconds: number;
    readonly noAuth: boolean;
  };
  readonly database: {
    /** `sqlite:` and an absolute path, or a `postgres://` URL. */
    readonly url: string;
    readonly urlFile: string | null;
  };
  readonly audit: { readonly database: boolean };
  readonly tools: {
    readonly readOnly: boolean;
    readonly allow: readonly string[] | null;
    readonly deny: readonly string[];
    readonly confirm: ConfirmMode;
  };
  readonly logging: {
    readonly level: LogLevel;
    readonly format: LogFormat;
    readonly file: string | null;
  };
}

/** The options of `serve`; what is absent falls to the environment, the file, the default. */
export interface ServeOptions {
  readonly host?: string | undefined;
  readonly port?: number | undefined;
  readonly path?: string | undefined;
  readonly noAuth?: boolean | undefined;
  readonly debug?: boolean | undefined;
  readonly logFile?: string | undefined;
}

export type ReadEnvironment = (name: string) => string | undefined;
export type ReadFile = (path: string) => Promise<string>;

export interface ConfigRequest {
  /** `--config`; without it the environment, then the default places. */
  readonly file?: string | undefined;
  readonly options?: ServeOptions | undefined;
  readonly env: ReadEnvironment;
  readonly readFile?: ReadFile | undefined;
  /** `skip` leaves the Proxmox token unread, for commands that never talk to Proxmox. */
  readonly secrets?: "read" | "skip" | undefined;
}
