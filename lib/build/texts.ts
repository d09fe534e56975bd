/** The config that packages install: everything in its place, the token in a file of its own. */
export const PACKAGED_CONFIG = {
  proxmox: {
    host: "pve.example",
    port: 8006,
    verify_ssl: true,
    ca_file: "/etc/proxmox-mcp/pve-root-ca.pem",
  },
  auth: {
    user: "mcp@pve",
    token_name: "assistant",
    token_value_file: "/etc/proxmox-mcp/proxmox-token",
  },
  server: { host: "127.0.0.1", port: 8812, path: "/mcp", require_lock: true },
  database: { url: "sqlite:/var/lib/proxmox-mcp/proxmox-mcp.db" },
  logging: { level: "INFO" },
} as const;

/** A container image around the executable; it needs the C library and nothing else. */
export function dockerfile(binary: string): string {
  return `FROM gcr.io/distroless/cc-debian12:nonroot
COPY ${binary} /usr/bin/proxmox-mcp
VOLUME ["/etc/proxmox-mcp", "/var/lib/proxmox-mcp"]
WORKDIR /var/lib/proxmox-mcp
EXPOSE 8812
USER nonroot
ENTRYPOINT ["/usr/bin/proxmox-mcp"]
CMD ["serve", "--config", "/etc/proxmox-mcp/config.json", "--host", "0.0.0.0"]
`;
}

/** An entry for MCP registries: a server that every site runs for itself. */
export function serverJson({ version, namespace }: { version: string; namespace: string }): string {
  return JSON.stringify(
    {
      $schema: "https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json",
      name: `${namespace}/proxmox-mcp`,
      title: "Proxmox VE",
      description: "Operate a Proxmox VE cluster with scopes per token and an audit trail.",
      version,
      remotes: [
        {
          type: "streamable-http",
          url: "{base_url}/mcp",
          variables: {
            base_url: {
              description: "Where your server listens, such as https://mcp.example:8812",
              isRequired: true,
              default: "http://127.0.0.1:8812",
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
        },
      ],
    },
    null,
    2,
  ) + "\n";
}
