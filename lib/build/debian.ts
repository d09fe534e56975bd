import { basename, join } from "node:path";
import { AppError, oneLine } from "../errors.ts";
import { untar } from "./archive.ts";
import { sha256 } from "./digest.ts";
import { execute } from "./execute.ts";
import { type Architecture, ownArchitecture } from "./release.ts";

/** A package of Debian and what it installs. */
export type DebianPackage = Awaited<ReturnType<typeof read>>;

/**
 * Downloads packages of the Debian release that this machine runs.
 *
 * @throws AppError `internal` with what apt said
 */
export async function debianPackages(
  names: readonly string[],
  architecture: Architecture,
): Promise<DebianPackage[]> {
  const folder = await Deno.makeTempDir({ prefix: "debian-" });
  try {
    const failure = `Cannot download Debian's ${names.join(", ")}`;
    const apt = (args: readonly string[]) =>
      execute("apt-get", { failure, cwd: folder, args: [...args] });
    const options = architecture === ownArchitecture() ? [] : foreign(folder, architecture);
    if (options.length > 0) await apt([...options, "update"]);
    await apt([...options, "download", ...names]);
    const found = await Array.fromAsync(Deno.readDir(folder));
    const files = found.map(({ name }) => name).filter((name) => name.endsWith(".deb")).sort();
    return await Promise.all(files.map((name) => read(join(folder, name))));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Lists of their own for another architecture, so that this machine's stay as they are. */
function foreign(folder: string, architecture: Architecture): string[] {
  return [
    `Dir::State=${folder}`,
    `Dir::State::status=/dev/null`,
    `Dir::Cache=${folder}`,
    `APT::Architecture=${architecture}`,
    `APT::Architectures=${architecture}`,
  ].flatMap((setting) => ["-o", setting]);
}

async function read(path: string) {
  // NAME_VERSION_ARCHITECTURE.deb, the colon of an epoch as %3a.
  const [name = "", version = "", kind = ""] = basename(path, ".deb").split("_");
  return {
    name,
    version: decodeURIComponent(version),
    purl: `pkg:deb/debian/${name}@${encodeURIComponent(decodeURIComponent(version))}?arch=${kind}`,
    /** Of the package's file. */
    sha256: sha256(await Deno.readFile(path)),
    files: await untar(await contents(path)),
  };
}

async function contents(path: string): Promise<Uint8Array> {
  const { success, stdout, stderr } = await new Deno.Command("dpkg-deb", {
    args: ["--fsys-tarfile", path],
  }).output();
  if (success) return stdout;
  const said = oneLine(new TextDecoder().decode(stderr));
  throw new AppError("internal", `Cannot read ${basename(path)}: ${said}`);
}
