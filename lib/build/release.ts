import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { environment } from "../config/config.ts";
import type { Target } from "./compile.ts";
import { embeddedPackages, type NpmPackage } from "./npm_files.ts";

/** The folder of the checkout, with a slash at its end. */
export const ROOT: string = fileURLToPath(new URL("../../", import.meta.url));

export const ARCHITECTURES = ["amd64", "arm64"] as const;
export type Architecture = typeof ARCHITECTURES[number];

export const TARGETS: Readonly<Record<Architecture, Target>> = {
  amd64: "x86_64-unknown-linux-gnu",
  arm64: "aarch64-unknown-linux-gnu",
};

/** What every package of one version is made of. */
export interface Release {
  readonly version: string;
  /** In MCP registries, which look for it in a package before they believe that it is the entry's. */
  readonly registryName: string;
  readonly architecture: Architecture;
  /** Time stamp of every file, so that the same files make the same packages. */
  readonly date: Date;
  /** How hard to compress: 0 not at all, 9 most. */
  readonly level: number;
  /** The executable that fits any config. */
  readonly executable: Uint8Array;
  /** The licence of the program and of every library in it. */
  readonly licences: string;
}

/** One file of a package. */
export interface PackageFile {
  /** Without the leading slash. */
  readonly path: string;
  readonly mode: number;
  readonly content: string | Uint8Array;
}

/** The documents for users and the pictures in them, each below this folder as it lies in the checkout. */
export async function documents(folder: string): Promise<PackageFile[]> {
  const docs = await Array.fromAsync(Deno.readDir(`${ROOT}docs`));
  const paths = docs.map(({ name }) => `docs/${name}`).sort();
  return await Promise.all(
    ["README.md", "README.tr.md", "CHANGELOG.md", "LICENSE", ...paths].map(async (path) =>
      textFile(`${folder}${path}`, await Deno.readTextFile(`${ROOT}${path}`))
    ),
  );
}

export function textFile(path: string, content: string): PackageFile {
  return { path, mode: 0o644, content };
}

/** The licence of the program and of every library that it holds. */
export async function licences(): Promise<string> {
  const own = await Deno.readTextFile(`${ROOT}LICENSE`);
  const texts = [`proxmox-mcp\n\n${own}`];
  for (const library of await embeddedPackages(ROOT, "main.ts")) {
    const text = await licenceOf(library);
    texts.push(`${library.name} ${library.version}\n\n${text}`);
  }
  return texts.map((text) => text.trim()).join(`\n\n${"-".repeat(72)}\n\n`) + "\n";
}

async function licenceOf({ localPath }: NpmPackage): Promise<string> {
  for await (const { name, isFile } of Deno.readDir(localPath)) {
    if (isFile && /^(licen[cs]e|copying)/i.test(name)) {
      return await Deno.readTextFile(join(localPath, name));
    }
  }
  const { license } = JSON.parse(await Deno.readTextFile(join(localPath, "package.json")));
  return `Licence: ${license ?? "unknown"}`;
}

/** `SOURCE_DATE_EPOCH`, else the time of the last commit, else the epoch. */
export async function releaseDate(): Promise<Date> {
  const epoch = environment()("SOURCE_DATE_EPOCH");
  if (epoch !== undefined) return new Date(Number(epoch) * 1000);
  try {
    const { code, stdout } = await new Deno.Command("git", {
      args: ["log", "-1", "--format=%ct"],
      cwd: ROOT,
      stderr: "null",
    }).output();
    const seconds = Number(new TextDecoder().decode(stdout).trim());
    return new Date(code === 0 ? seconds * 1000 : 0);
  } catch {
    return new Date(0);
  }
}

export function ownArchitecture(): Architecture {
  return Deno.build.arch === "aarch64" ? "arm64" : "amd64";
}
