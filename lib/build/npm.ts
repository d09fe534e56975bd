import project from "../../deno.json" with { type: "json" };
import { tarGz } from "./archive.ts";
import { bundle } from "./bundle.ts";
import { HEAP_FLAG } from "../cli/flags.ts";
import { ANY_CONFIG_FLAGS } from "./compile.ts";
import { DESCRIPTION } from "./registry.ts";
import { documents, type PackageFile, type Release, textFile } from "./release.ts";

/**
 * The npm package: the program bundled with its libraries, and a launcher that runs it with the Deno that
 * npm installs. It has no install script, and downloads nothing when it starts.
 */
export async function npmPackage(release: Release): Promise<Uint8Array> {
  const launcher = await Deno.readTextFile(new URL("./launcher.mjs", import.meta.url));
  const files: PackageFile[] = [
    textFile("package.json", json(description(release))),
    ...(await documents("")).filter(({ path }) => path !== "LICENSE"),
    textFile("LICENSE", release.licences),
    textFile("flags.json", json(flags())),
    { path: "launcher.mjs", mode: 0o755, content: launcher },
    ...(await bundle()).scripts.map(({ path, content }) => textFile(path, content)),
  ];
  return await tarGz(files.map((file) => ({ ...file, path: `package/${file.path}` })), release);
}

function description({ version, registryName }: Release) {
  return {
    name: "proxmox-mcp",
    version,
    description: DESCRIPTION,
    keywords: ["mcp", "model-context-protocol", "proxmox", "proxmox-ve"],
    license: "MIT",
    type: "module",
    mcpName: registryName,
    bin: { "proxmox-mcp": "launcher.mjs" },
    engines: { node: ">=20" },
    dependencies: { deno: Deno.version.deno },
  };
}

function flags(): string[] {
  return [
    ...["--no-config", "--no-lock", "--no-remote", "--no-npm", "--node-modules-dir=none"],
    ...project.unstable.map((feature) => `--unstable-${feature}`),
    HEAP_FLAG,
    ...ANY_CONFIG_FLAGS,
  ];
}

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
