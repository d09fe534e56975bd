/** One thing that a client asks its user for and hands to `stdio` as an environment variable. */
export interface Input {
  readonly variable: string;
  readonly title: string;
  readonly description: string;
  readonly default?: string;
  readonly isSecret?: true;
}

/** What a client that starts the program by itself must ask for; each without a default is required. */
export const INPUTS: Readonly<Record<string, Input>> = {
  host: {
    variable: "PROXMOX_HOST",
    title: "Proxmox host",
    description: "Name or address of a node of the cluster",
  },
  port: {
    variable: "PROXMOX_PORT",
    title: "Port",
    description: "Port of the Proxmox API",
    default: "8006",
  },
  user: {
    variable: "PROXMOX_USER",
    title: "User",
    description: "Owner of the API token, with its realm",
    default: "mcp@pve",
  },
  token_name: {
    variable: "PROXMOX_TOKEN_NAME",
    title: "Token name",
    description: "Name of the API token, what follows the ! of its id",
    default: "assistant",
  },
  token_value: {
    variable: "PROXMOX_TOKEN_VALUE",
    title: "Token secret",
    description: "Secret of the API token, which Proxmox shows once",
    isSecret: true,
  },
  fingerprint: {
    variable: "PROXMOX_FINGERPRINT",
    title: "Certificate fingerprint",
    description:
      "SHA-256 of a node's own certificate, as `pvenode cert info` shows it; may be empty",
    default: "",
  },
  verify_ssl: {
    variable: "PROXMOX_VERIFY_SSL",
    title: "Verify the certificate",
    description: "false accepts any certificate; a fingerprint is safer",
    default: "true",
  },
};

/** How far the assistant may go, the option `--scope` of `stdio`. */
export const SCOPE_INPUT = {
  title: "Scope",
  description: "user only reads, write changes what can be changed back, admin does everything",
  default: "user",
} as const;

/** What follows the program's name for a client that starts it itself. */
export function stdioArguments(scope: string): string[] {
  return ["stdio", "--scope", scope];
}

/**
 * The variables with what `value` makes of each input.
 *
 * @param home how the client writes the user's home, where the database of accounts and audit is kept
 */
export function variables(value: (key: string) => string, home: string): Record<string, string> {
  const asked = Object.entries(INPUTS).map(([key, { variable }]) => [variable, value(key)]);
  return { ...Object.fromEntries(asked), DATABASE_URL: `sqlite:${home}/.proxmox-mcp.db` };
}
