import { AppError } from "../errors.ts";
import { sha256 } from "./digest.ts";
import { embeddedPackages, type NpmPackage } from "./npm_files.ts";
import { ROOT } from "./release.ts";
import type { DebianPackage } from "./debian.ts";

interface Lock {
  readonly npm: Readonly<Record<string, { readonly integrity?: string }>>;
}

export interface SbomOptions {
  readonly version: string;
  readonly date: Date;
  /** What the image holds besides the program. */
  readonly debian: readonly DebianPackage[];
}

/** What is in the packages, in CycloneDX 1.6: the libraries with their hashes, Deno, the image's base. */
export async function sbom({ version, date, debian }: SbomOptions): Promise<string> {
  const lock = JSON.parse(await Deno.readTextFile(`${ROOT}deno.lock`)) as Lock;
  const libraries = await embeddedPackages(ROOT, "main.ts");
  const own = `pkg:npm/proxmox-mcp@${version}`;
  const runtime = `pkg:generic/deno@${Deno.version.deno}`;
  const components = [
    ...libraries.map((library) => npmComponent(library, lock)),
    component("deno", Deno.version.deno, runtime),
    ...debian.map(({ name, version, purl, sha256 }) => ({
      ...component(name, version, purl),
      hashes: [{ alg: "SHA-256", content: sha256 }],
    })),
  ];
  const content = {
    metadata: {
      timestamp: date.toISOString(),
      component: {
        ...component("proxmox-mcp", version, own),
        type: "application",
        licenses: [{ license: { id: "MIT" } }],
      },
    },
    components,
    dependencies: [
      { ref: own, dependsOn: components.map((one) => one["bom-ref"]) },
      ...libraries.map((library) => ({
        ref: purl(library),
        dependsOn: library.dependencies.map((id) => purl(identity(id))).sort(),
      })),
    ],
  };
  return JSON.stringify(
    {
      $schema: "http://cyclonedx.org/schema/bom-1.6.schema.json",
      bomFormat: "CycloneDX",
      specVersion: "1.6",
      serialNumber: `urn:uuid:${uuidOf(JSON.stringify(content))}`,
      version: 1,
      ...content,
    },
    null,
    2,
  ) + "\n";
}

function component(name: string, version: string, purl: string) {
  return { type: "library", "bom-ref": purl, name, version, purl };
}

function npmComponent(library: NpmPackage, lock: Lock) {
  const { name, version } = library;
  const [, hash] = /^sha512-(.+)$/.exec(lock.npm[`${name}@${version}`]?.integrity ?? "") ?? [];
  if (hash === undefined) {
    throw new AppError("internal", `Cannot list ${name} ${version}: deno.lock has no hash of it`);
  }
  const content = Array.from(
    atob(hash),
    (byte) => byte.charCodeAt(0).toString(16).padStart(2, "0"),
  );
  return {
    ...component(name, version, purl(library)),
    hashes: [{ alg: "SHA-512", content: content.join("") }],
  };
}

function purl({ name, version }: Pick<NpmPackage, "name" | "version">): string {
  return `pkg:npm/${name.replace("@", "%40")}@${version}`;
}

/** `@scope/name@1.2.3`, after which Deno may tell the peers that it was installed with. */
function identity(id: string): Pick<NpmPackage, "name" | "version"> {
  const [, name = id, version = ""] = /^(@?[^@]+)@([^_]+)/.exec(id) ?? [];
  return { name, version };
}

/** The same text always has the same serial number. */
function uuidOf(text: string): string {
  const hash = sha256(text);
  const variant = ((parseInt(hash.charAt(16), 16) & 3) | 8).toString(16);
  return [
    ...[hash.slice(0, 8), hash.slice(8, 12), `8${hash.slice(13, 16)}`],
    ...[`${variant}${hash.slice(17, 20)}`, hash.slice(20, 32)],
  ].join("-");
}
