import { createHash } from "node:crypto";
import { dirname, join } from "node:path";
import { UNIT_NAME } from "../sandbox/permissions.ts";
import { CONFIG, debFiles } from "./deb_files.ts";
import { execute } from "./execute.ts";
import { type PackageFile, type Release, textFile } from "./release.ts";

/** Tells at the end whether the user is one that the package made. */
const MADE_BY = "made by the package proxmox-mcp";
const FOLDERS = `/var/lib/${UNIT_NAME} /var/log/${UNIT_NAME}`;

/** Scripts do nothing to a system that is only being prepared in a folder (`dpkg --root`). */
const POSTINST = `#!/bin/sh
set -e
[ "$1" = configure ] && [ -z "$DPKG_ROOT" ] || exit 0
if ! getent passwd ${UNIT_NAME} > /dev/null; then
  useradd --system --user-group --no-create-home --home-dir /nonexistent \\
    --shell /usr/sbin/nologin --comment '${MADE_BY}' ${UNIT_NAME}
fi
for folder in ${FOLDERS}; do
  [ -d $folder ] || install -d -m 750 -o ${UNIT_NAME} -g ${UNIT_NAME} $folder
done
if [ -z "$2" ]; then
  chgrp ${UNIT_NAME} /etc/proxmox-mcp /etc/proxmox-mcp/config.json
fi
if [ -d /run/systemd/system ]; then
  systemctl daemon-reload
  # One that does not serve is told of and leaves the package installed: its schema may await \`migrate\`.
  [ -z "$2" ] || systemctl try-restart ${UNIT_NAME}.service || true
fi
`;

const PRERM = `#!/bin/sh
set -e
[ "$1" = remove ] && [ -z "$DPKG_ROOT" ] || exit 0
if [ -d /run/systemd/system ]; then
  systemctl stop ${UNIT_NAME}.service
fi
if command -v systemctl > /dev/null; then
  systemctl --no-reload disable ${UNIT_NAME}.service
fi
`;

const POSTRM = `#!/bin/sh
set -e
[ -z "$DPKG_ROOT" ] || exit 0
if [ "$1" = purge ]; then
  rm -rf ${FOLDERS} /etc/proxmox-mcp
  if getent passwd ${UNIT_NAME} | grep -q '${MADE_BY}'; then
    userdel ${UNIT_NAME} || echo 'the user ${UNIT_NAME} is left: userdel ${UNIT_NAME}' >&2
  fi
fi
if [ "$1" = remove ] && [ -d /run/systemd/system ]; then
  systemctl daemon-reload
fi
`;

/** Builds the Debian package with `dpkg-deb`; rejects with AppError and what that said. */
export async function buildDeb(release: Release, output: string): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "deb-" });
  try {
    await Deno.chmod(folder, 0o755);
    const files = await debFiles(release);
    for (const file of [...files, ...controlFiles(release, files)]) await install(folder, file);
    const { level } = release;
    const compression = level === 0 ? ["-Znone"] : ["-Zxz", `-z${level}`];
    await execute("dpkg-deb", {
      failure: `Cannot build ${output}`,
      args: ["--build", "--root-owner-group", ...compression, folder, output],
      env: { SOURCE_DATE_EPOCH: String(Math.floor(release.date.getTime() / 1000)) },
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

function controlFiles(
  { version, architecture }: Release,
  files: readonly PackageFile[],
): PackageFile[] {
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
  const sums = files.filter(({ path }) => path !== CONFIG).map(({ path, content }) =>
    `${createHash("md5").update(content).digest("hex")}  ${path}\n`
  );
  return [
    textFile("DEBIAN/control", control),
    textFile("DEBIAN/conffiles", `/${CONFIG}\n`),
    textFile("DEBIAN/md5sums", sums.join("")),
    { path: "DEBIAN/postinst", mode: 0o755, content: POSTINST },
    { path: "DEBIAN/prerm", mode: 0o755, content: PRERM },
    { path: "DEBIAN/postrm", mode: 0o755, content: POSTRM },
  ];
}
