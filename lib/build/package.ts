import { basename, join, resolve } from "node:path";
import type { Command } from "commander";
import type { CliContext } from "../cli/context.ts";
import { oneOf, wholeNumber } from "../cli/options.ts";
import { runTask } from "../cli/run.ts";
import { compile } from "./compile.ts";
import { buildDeb } from "./deb.ts";
import { type DebianPackage, debianPackages } from "./debian.ts";
import { sha256 } from "./digest.ts";
import { linksText } from "./links.ts";
import { mcpbBundle } from "./mcpb.ts";
import { npmPackage } from "./npm.ts";
import { BASE_PACKAGES, ociImage } from "./oci.ts";
import { serverJson } from "./registry.ts";
import {
  type Architecture,
  ARCHITECTURES,
  licences,
  ownArchitecture,
  type Release,
  releaseDate,
  TARGETS,
} from "./release.ts";
import { sbom } from "./sbom.ts";

const KINDS = ["deb", "npm", "oci", "mcpb"] as const;
type Kind = typeof KINDS[number];

interface PackageArguments extends Partial<Record<Kind, true>> {
  readonly arch: Architecture;
  readonly output: string;
  readonly executable?: string;
  readonly level: number;
  readonly namespace: string;
  readonly image?: string;
  readonly downloads?: string;
}

const NOTES = `
Without --deb, --npm, --oci and --mcpb all four are built. Beside them are put the script that makes a
container of its own on a Proxmox host, the entry for MCP registries, install links, a list of what is
inside (SBOM) and SHA256SUMS. The same commit always makes the same files; SOURCE_DATE_EPOCH is heeded.
The image takes its libraries from the Debian release that this machine runs, by apt-get.`;

/** Declares `deno task package`. */
function describePackage(command: Command, context: CliContext): Command {
  return command
    .description("build everything by which people get the program")
    .option("--deb", "the Debian package")
    .option("--npm", "the npm package")
    .option("--oci", "the container image, an archive in the OCI layout")
    .option("--mcpb", "the bundle for Claude Desktop")
    .option("--arch <ARCH>", ARCHITECTURES.join(" or "), oneOf(ARCHITECTURES), ownArchitecture())
    .option("--output <FOLDER>", "where to put them", "dist")
    .option("--executable <FILE>", "package this executable instead of compiling one")
    .option("--level <NUMBER>", "how hard to compress, 0 to 9", wholeNumber(0, 9), 9)
    .option("--namespace <NAME>", "whose name the registry entry bears", "io.github.proxmox-mcp")
    .option("--image <NAME>", "where the image is pushed to, for the registry entry")
    .option(
      "--downloads <URL>",
      "folder that the bundle is downloaded from, for the registry entry",
    )
    .addHelpText("after", NOTES)
    .action((options: PackageArguments) => buildPackages(context, options));
}

async function buildPackages(context: CliContext, options: PackageArguments): Promise<void> {
  const { io, version } = context;
  const { arch, level } = options;
  const folder = resolve(options.output);
  await Deno.mkdir(folder, { recursive: true });
  const written: string[] = [];
  const write = async (name: string, content: string | Uint8Array) => {
    const path = join(folder, name);
    if (typeof content === "string") await Deno.writeTextFile(path, content);
    else await Deno.writeFile(path, content);
    written.push(path);
  };
  const kinds = KINDS.some((kind) => options[kind]) ? KINDS.filter((kind) => options[kind]) : KINDS;
  const wants = (kind: Kind) => kinds.includes(kind);

  const executable = join(folder, `proxmox-mcp-linux-${arch}`);
  if (options.executable === undefined) {
    await compile(context, { output: executable, target: TARGETS[arch] });
  } else await Deno.copyFile(options.executable, executable);
  written.push(executable);
  const release: Release = {
    ...{ version, architecture: arch, level },
    registryName: `${options.namespace}/proxmox-mcp`,
    date: await releaseDate(),
    executable: await Deno.readFile(executable),
    licences: await licences(),
  };

  const names = {
    deb: `proxmox-mcp_${version}_${arch}.deb`,
    npm: `proxmox-mcp-${version}.tgz`,
    oci: `proxmox-mcp-${version}-${arch}.oci.tar`,
    mcpb: `proxmox-mcp-${version}-linux-${arch}.mcpb`,
  };
  if (wants("deb")) {
    await buildDeb(release, join(folder, names.deb));
    written.push(join(folder, names.deb));
  }
  if (wants("npm")) await write(names.npm, await npmPackage(release));
  let debian: readonly DebianPackage[] = [];
  if (wants("oci")) {
    debian = await debianPackages(BASE_PACKAGES, arch);
    await write(names.oci, await ociImage(release, debian));
  }
  let bundle: { url: string; sha256: string } | undefined;
  if (wants("mcpb")) {
    const bytes = mcpbBundle(release);
    await write(names.mcpb, bytes);
    const { downloads } = options;
    if (downloads !== undefined) {
      bundle = { url: `${downloads.replace(/\/$/, "")}/${names.mcpb}`, sha256: sha256(bytes) };
    }
  }

  await write(
    "server.json",
    serverJson({ name: release.registryName, version, image: options.image, bundle }),
  );
  await write("install-links.md", linksText());
  await write("proxmox-mcp-lxc.sh", await lxcScript());
  await write("sbom.cdx.json", await sbom({ version, date: release.date, debian }));
  const sums = written.map(async (path) =>
    `${sha256(await Deno.readFile(path))}  ${basename(path)}\n`
  );
  await write("SHA256SUMS", (await Promise.all(sums)).join(""));
  for (const path of written) io.out(path);
}

function lxcScript(): Promise<string> {
  return Deno.readTextFile(new URL("./lxc.sh", import.meta.url));
}

if (import.meta.main) await runTask("package", describePackage);
