import { type ArchiveEntry, bytesOf, gzip, tar } from "./archive.ts";
import type { DebianPackage } from "./debian.ts";
import { sha256 } from "./digest.ts";
import { DESCRIPTION } from "./registry.ts";
import { type Release, textFile } from "./release.ts";

/** What the executable needs of a system besides the kernel. */
export const BASE_PACKAGES = ["libc6", "libgcc-s1", "ca-certificates"] as const;

/** Docker's own addition to the image's config, in nanoseconds; other engines pass it over. */
const SECOND = 1_000_000_000;
const HEALTH = {
  Test: ["CMD", "/usr/bin/proxmox-mcp", "health"],
  Interval: 30 * SECOND,
  Timeout: 10 * SECOND,
  StartPeriod: 10 * SECOND,
};

/** Number of the user that the server runs as. */
const USER = 65532;
const STATE = "/var/lib/proxmox-mcp";
/** Before it is pushed anywhere. */
const IMAGE_NAME = "localhost/proxmox-mcp";
const MEDIA = "application/vnd.oci.image";

interface Blob {
  readonly mediaType: string;
  readonly bytes: Uint8Array;
}

interface Layer {
  readonly blob: Blob;
  /** Digest of what is in it before compression. */
  readonly diffId: string;
}

/** An image as an archive in the OCI layout: one layer of Debian's libraries, one of ours. */
export async function ociImage(
  release: Release,
  base: readonly DebianPackage[],
): Promise<Uint8Array> {
  const layers = [
    await layer(baseEntries(base), release),
    await layer(ownEntries(release), release),
  ];
  const config = json(`${MEDIA}.config.v1+json`, imageConfig(release, layers));
  const manifest = json(`${MEDIA}.manifest.v1+json`, {
    schemaVersion: 2,
    mediaType: `${MEDIA}.manifest.v1+json`,
    config: descriptor(config),
    layers: layers.map(({ blob }) => descriptor(blob)),
  });
  const index = {
    schemaVersion: 2,
    mediaType: `${MEDIA}.index.v1+json`,
    manifests: [{
      ...descriptor(manifest),
      platform: { architecture: release.architecture, os: "linux" },
      annotations: {
        // By which Podman and containerd name it; by `ref.name` alone Podman makes the version the name.
        "io.containerd.image.name": `${IMAGE_NAME}:${release.version}`,
        "org.opencontainers.image.ref.name": release.version,
      },
    }],
  };
  const blobs = [...layers.map(({ blob }) => blob), config, manifest];
  return await tar([
    textFile("oci-layout", JSON.stringify({ imageLayoutVersion: "1.0.0" })),
    textFile("index.json", JSON.stringify(index)),
    ...blobs.map(({ bytes }) => ({
      path: `blobs/sha256/${sha256(bytes)}`,
      mode: 0o644,
      content: bytes,
    })),
  ], release);
}

/** Debian's libraries and certificates; what is documentation or for other alphabets is left out. */
function baseEntries(base: readonly DebianPackage[]): ArchiveEntry[] {
  const files = base.flatMap(({ files }) => files);
  const libraries = files.filter(({ path }) =>
    /^(usr\/)?lib(64)?\/([^/]+\/)?[^/]+\.so[^/]*$/.test(path)
  );
  const texts = files.filter(({ path }) => /^usr\/share\/doc\/.+\/copyright$/.test(path));
  const certificates = files.filter(({ path }) =>
    /^usr\/share\/ca-certificates\/.+\.crt$/.test(path)
  )
    .sort((a, b) => a.path < b.path ? -1 : 1)
    .map(({ content = "" }) => new TextDecoder().decode(bytesOf(content)));
  return [
    // Debian 13 has these libraries below /usr, Debian 12 does not yet.
    ...libraries.map((file) => ({ ...file, path: file.path.replace(/^(?=lib)/, "usr/") })),
    { path: "lib", mode: 0o777, link: "usr/lib" },
    { path: "lib64", mode: 0o777, link: "usr/lib64" },
    ...texts,
    textFile("etc/ssl/certs/ca-certificates.crt", certificates.join("")),
    textFile("etc/nsswitch.conf", "hosts: files dns\n"),
    { path: "tmp/", mode: 0o1777 },
  ];
}

function ownEntries({ executable, licences }: Release): ArchiveEntry[] {
  const account = `proxmox-mcp:x:${USER}:`;
  return [
    { path: "usr/bin/proxmox-mcp", mode: 0o755, content: executable },
    textFile("usr/share/doc/proxmox-mcp/copyright", licences),
    textFile("etc/passwd", `${account}${USER}::${STATE}:/usr/sbin/nologin\n`),
    textFile("etc/group", `${account}\n`),
    { path: "etc/proxmox-mcp/", mode: 0o755 },
    { path: `${STATE.slice(1)}/`, mode: 0o750, owner: USER },
  ];
}

/** Callers of a container come from outside of it, so it listens on all its addresses. */
function imageConfig(release: Release, layers: readonly Layer[]) {
  const { version, architecture, date, registryName } = release;
  return {
    created: date.toISOString(),
    architecture,
    os: "linux",
    config: {
      User: `${USER}:${USER}`,
      Env: ["PATH=/usr/bin", `HOME=${STATE}`, "MCP_HTTP_HOST=0.0.0.0"],
      Entrypoint: ["/usr/bin/proxmox-mcp"],
      Cmd: ["serve"],
      Healthcheck: HEALTH,
      WorkingDir: STATE,
      Volumes: { [STATE]: {} },
      ExposedPorts: { "8812/tcp": {} },
      StopSignal: "SIGTERM",
      Labels: {
        "org.opencontainers.image.title": "proxmox-mcp",
        "org.opencontainers.image.description": DESCRIPTION,
        "org.opencontainers.image.version": version,
        "org.opencontainers.image.licenses": "MIT",
        "io.modelcontextprotocol.server.name": registryName,
      },
    },
    rootfs: { type: "layers", diff_ids: layers.map(({ diffId }) => diffId) },
    history: ["libraries of Debian", "proxmox-mcp"].map((text) => ({
      created: date.toISOString(),
      created_by: text,
    })),
  };
}

async function layer(entries: readonly ArchiveEntry[], { date, level }: Release): Promise<Layer> {
  const plain = await tar([...entries, ...foldersOf(entries)], { date });
  const bytes = level === 0 ? plain : gzip(plain, level);
  const mediaType = `${MEDIA}.layer.v1.tar${level === 0 ? "" : "+gzip"}`;
  return { blob: { mediaType, bytes }, diffId: `sha256:${sha256(plain)}` };
}

/** The folders that entries stand in and that are no entries themselves. */
function foldersOf(entries: readonly ArchiveEntry[]): ArchiveEntry[] {
  const own = new Set(entries.map(({ path }) => path));
  const folders = new Set(entries.flatMap(({ path }) => {
    const parts = path.split("/").slice(0, path.endsWith("/") ? -2 : -1);
    return parts.map((_, at) => `${parts.slice(0, at + 1).join("/")}/`);
  }));
  return [...folders].filter((path) => !own.has(path)).map((path) => ({ path, mode: 0o755 }));
}

function json(mediaType: string, value: unknown): Blob {
  return { mediaType, bytes: new TextEncoder().encode(JSON.stringify(value)) };
}

function descriptor({ mediaType, bytes }: Blob) {
  return { mediaType, digest: `sha256:${sha256(bytes)}`, size: bytes.length };
}
