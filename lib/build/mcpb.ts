import { zip } from "./archive.ts";
import { INPUTS, SCOPE_INPUT, stdioArguments, variables } from "./inputs.ts";
import { DESCRIPTION } from "./registry.ts";
import { type Release, textFile } from "./release.ts";

const PROGRAM = "server/proxmox-mcp";

/** The bundle for Claude Desktop: the executable, and what to ask the user before it is started. */
export function mcpbBundle(release: Release): Uint8Array {
  const { version, executable, licences } = release;
  return zip([
    textFile("manifest.json", `${JSON.stringify(manifest(version), null, 2)}\n`),
    textFile("LICENSE", licences),
    { path: PROGRAM, mode: 0o755, content: executable },
  ], release);
}

function manifest(version: string) {
  return {
    manifest_version: "0.3",
    name: "proxmox-mcp",
    display_name: "Proxmox VE",
    version,
    description: DESCRIPTION,
    author: { name: "proxmox-mcp maintainers" },
    license: "MIT",
    keywords: ["proxmox", "virtual machines", "containers"],
    server: {
      type: "binary",
      entry_point: PROGRAM,
      mcp_config: {
        command: `\${__dirname}/${PROGRAM}`,
        args: stdioArguments("${user_config.scope}"),
        env: variables((key) => `\${user_config.${key}}`, "${HOME}"),
      },
    },
    tools_generated: true,
    compatibility: { platforms: ["linux"] },
    user_config: {
      ...Object.fromEntries(
        Object.entries(INPUTS).map(([key, input]) => [key, {
          type: "string",
          title: input.title,
          description: input.description,
          ...(input.default === undefined ? {} : { default: input.default }),
          ...(input.isSecret === undefined ? {} : { sensitive: true }),
          required: input.default === undefined,
        }]),
      ),
      scope: { type: "string", ...SCOPE_INPUT, required: false },
    },
  };
}
