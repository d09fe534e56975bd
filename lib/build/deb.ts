import { createHash } from "node:crypto";
import { dirname, join } from "node:path";
import { UNIT_NAME } from "../sandbox/permissions.ts";
import { execute } from "./execute.ts";

/** One file of a package. */
export interface PackageFile {
  /** Without the leading slash. */
  readonly path: string;
  readonly mode: number;
  readonly content: string | Uint8Array;
}

export interface DebOptions {
  readonly version: string;
  readonly architecture: "amd64" | "arm64";
  readonly files: readonly PackageFile[];
  /** Paths of `files` that an upgrade must not overwrite. */
  readonly conffiles: readonly string[];
  /** Time stamp of every file, so that the same files make the same package. */
  readonly date: Date;
  readonly output: string;
}

/** Scripts do nothing to a system that is only being prepared in a folder (`dpkg --root`). */
const POSTINST = `#!/bin/sh
set -e
[ "$1" = configure ] && [ -z "$DPKG_ROOT" ] || exit 0
if ! getent passwd ${UNIT_NAME} > /dev/null; then
  useradd --system --user-group --no-create-home --home-dir /nonexistent \\
    --shell /usr/sbin/nologin ${UNIT_NAME}
fi
if [ -z "$2" ]; then
  chgrp ${UNIT_NAME} /etc/proxmox-mcp /etc/proxmox-mcp/config.json
fi
if [ -d /run/systemd/system ]; then
  systemctl daemon-reload
  [ -z "$2" ] || systemctl try-restart ${UNIT_NAME}.service
fi
`;

const PRERM = `#!/bin/sh
set -e
[ "$1" = remove ] && [ -z "$DPKG_ROOT" ] && [ -d /run/systemd/system ] || exit 0
systemctl disable --now ${UNIT_NAME}.service
`;

const POSTRM = `#!/bin/sh
set -e
[ -z "$DPKG_ROOT" ] || exit 0
if [ "$1" = purge ]; then
  rm -rf /var/lib/proxmox-mcp /etc/proxmox-mcp
fi
if [ "$1" = remove ] && [ -d /run/systemd/system ]; then
  systemctl daemon-reload
fi
`;

/** Builds a Debian package with `dpkg-deb`; rejects with AppError and what that said. */
export async function buildDeb(options: DebOptions): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "deb-" });
  try {
    await Deno.chmod(folder, 0o755);
    const control = controlFiles(options);
    for (const file of [...options.files, ...control]) await install(folder, file);
    await execute("dpkg-deb", {
      failure: `Cannot build ${options.output}`,
      args: ["--build", "--root-owner-group", "-Zxz", folder, options.output],
      env: { SOURCE_DATE_EPOCH: String(Math.floor(options.date.getTime() / 1000)) },
    });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function install(folder: string, { path, mode, content }: PackageFile): Promise<void> {
  const target = join(folder, path);
  await Deno.mkdir(dirname(target), { recursive: true, mode: 0o755 });
  const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
  await Deno.writeFile(target, bytes);
  await Deno.chmod(target, mode);
}

function controlFiles({ version, architecture, files, conffiles }: DebOptions): PackageFile[] {
  const bytes = files.reduce((sum, { content }) => sum + content.length, 0);
  const control = `Package: proxmox-mcp
Version: ${version}
Section: admin
Priority: optional
Architecture: ${architecture}
Depends: libc6 (>= 2.28), passwd
Installed-Size: ${Math.ceil(bytes / 1024)}
Maintainer: proxmox-mcp maintainers <maintainers@proxmox-mcp.invalid>
Description: MCP server for Proxmox VE
 Lets AI assistants and curl operate a Proxmox VE cluster over MCP, with scopes
 per token, an audit trail, and a process that can reach nothing but the
 cluster and its own database.
`;
  const sums = files.filter(({ path }) => !conffiles.includes(path)).map(({ path, content }) =>
    `${createHash("md5").update(content).digest("hex")}  ${path}\n`
  );
  return [
    { path: "DEBIAN/control", mode: 0o644, content: control },
    {
      path: "DEBIAN/conffiles",
      mode: 0o644,
      content: conffiles.map((path) => `/${path}\n`).join(""),
    },
    { path: "DEBIAN/md5sums", mode: 0o644, content: sums.join("") },
    { path: "DEBIAN/postinst", mode: 0o755, content: POSTINST },
    { path: "DEBIAN/prerm", mode: 0o755, content: PRERM },
    { path: "DEBIAN/postrm", mode: 0o755, content: POSTRM },
  ];
}
