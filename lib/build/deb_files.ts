import { gzipSync } from "node:zlib";
import { loadConfig } from "../config/config.ts";
import { UNIT_NAME } from "../sandbox/permissions.ts";
import { PRIVATE_NETWORKS } from "../cli/unit/unit.ts";
import { unitText } from "../cli/unit/text.ts";
import { bashCompletion, fishCompletion, zshCompletion } from "./completions.ts";
import { describeProgram } from "./help.ts";
import { manualPage } from "./man.ts";
import { documents, type PackageFile, type Release, textFile } from "./release.ts";

export const CONFIG = "etc/proxmox-mcp/config.json";

/** The config that the package installs: everything in its place, the token in a file of its own. */
const PACKAGED_CONFIG = {
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

/** Everything that the Debian package installs. */
export async function debFiles(
  { version, date, executable, licences }: Release,
): Promise<PackageFile[]> {
  const commands = describeProgram();
  const share = "usr/share";
  const man = gzipSync(manualPage(commands, { version, date }), { level: 9 });
  return [
    { path: "usr/bin/proxmox-mcp", mode: 0o755, content: executable },
    { path: CONFIG, mode: 0o640, content: JSON.stringify(PACKAGED_CONFIG, null, 2) + "\n" },
    {
      path: `${share}/man/man1/proxmox-mcp.1.gz`,
      mode: 0o644,
      content: new Uint8Array(man),
    },
    textFile(`usr/lib/systemd/system/${UNIT_NAME}.service`, await packagedUnit()),
    textFile(`${share}/bash-completion/completions/proxmox-mcp`, bashCompletion(commands)),
    textFile(`${share}/zsh/vendor-completions/_proxmox-mcp`, zshCompletion(commands)),
    textFile(`${share}/fish/vendor_completions.d/proxmox-mcp.fish`, fishCompletion(commands)),
    textFile(`${share}/doc/proxmox-mcp/copyright`, licences),
    ...await documents(`${share}/doc/proxmox-mcp/`),
  ];
}

async function packagedUnit(): Promise<string> {
  const config = await loadConfig({
    file: `/${CONFIG}`,
    env: () => undefined,
    readFile: () => Promise.resolve(JSON.stringify(PACKAGED_CONFIG)),
    secrets: "skip",
  });
  const unit = unitText(config, {
    binary: "/usr/bin/proxmox-mcp",
    name: UNIT_NAME,
    targets: PRIVATE_NETWORKS,
    clients: PRIVATE_NETWORKS,
  });
  return `${unit}\n`;
}
