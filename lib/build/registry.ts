import { INPUTS, SCOPE_INPUT } from "./inputs.ts";

export const DESCRIPTION = "Operate a Proxmox VE cluster with scopes per token and an audit trail.";

export interface RegistryOptions {
  /** `io.github.someone/proxmox-mcp`. */
  readonly name: string;
  readonly version: string;
  /** Where the image is pushed to, without its tag; it is left out without. */
  readonly image?: string | undefined;
  /** Where the bundle is downloaded from, and its SHA-256; it is left out without. */
  readonly bundle?: { readonly url: string; readonly sha256: string } | undefined;
}

/** The entry for MCP registries: a program that a client starts, or a server that a site runs for itself. */
export function serverJson({ name, version, image, bundle }: RegistryOptions): string {
  const stdio = {
    transport: { type: "stdio" },
    packageArguments: packageArguments(),
    environmentVariables: environmentVariables(),
  };
  const entry = {
    $schema: "https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json",
    name,
    title: "Proxmox VE",
    description: DESCRIPTION,
    version,
    packages: [
      { registryType: "npm", identifier: "proxmox-mcp", version, runtimeHint: "npx", ...stdio },
      ...(image === undefined
        ? []
        : [{ registryType: "oci", identifier: `${image}:${version}`, ...stdio }]),
      ...(bundle === undefined ? [] : [{
        registryType: "mcpb",
        identifier: bundle.url,
        fileSha256: bundle.sha256,
        transport: { type: "stdio" },
      }]),
    ],
    remotes: [remote("https"), remote("http")],
  };
  return `${JSON.stringify(entry, null, 2)}\n`;
}

function packageArguments() {
  return [
    { type: "positional", value: "stdio" },
    {
      type: "named",
      name: "--scope",
      description: SCOPE_INPUT.description,
      default: SCOPE_INPUT.default,
      choices: ["user", "write", "admin"],
    },
  ];
}

function environmentVariables() {
  const asked = Object.values(INPUTS).map((input) => ({
    name: input.variable,
    description: input.description,
    ...(input.default === undefined ? { isRequired: true } : { default: input.default }),
    ...(input.isSecret === undefined ? {} : { isSecret: true }),
  }));
  const description = "Where accounts and audit are kept";
  return [...asked, {
    name: "DATABASE_URL",
    description,
    placeholder: "sqlite:/home/you/.proxmox-mcp.db",
  }];
}

/** A registry takes addresses only that begin with their scheme. */
function remote(scheme: "https" | "http") {
  return {
    type: "streamable-http",
    url: `${scheme}://{address}/mcp`,
    variables: {
      address: {
        description: "Where your server listens, such as mcp.example:8812",
        isRequired: true,
        default: "127.0.0.1:8812",
      },
    },
    headers: [
      {
        name: "Authorization",
        description: "A token made by `proxmox-mcp token create`",
        value: "Bearer {token}",
        isRequired: true,
        isSecret: true,
        variables: {
          token: { description: "The raw token", isRequired: true, isSecret: true },
        },
      },
    ],
  };
}
