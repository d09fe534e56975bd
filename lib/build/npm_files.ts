import { extname, join } from "node:path";

interface ModuleGraph {
  readonly modules: readonly { readonly kind?: string; readonly npmPackage?: string }[];
  readonly npmPackages: Readonly<Record<string, ToldPackage>>;
}

export interface NpmPackage {
  readonly name: string;
  readonly version: string;
  readonly dependencies: readonly string[];
  readonly localPath: string;
}

/** Before Deno 2.9 the folder of a package is not told. */
type ToldPackage = Omit<NpmPackage, "localPath"> & { readonly localPath?: string };

/** What a running program may load of a package. */
const RUNS = [".js", ".cjs", ".mjs", ".json", ".wasm"];
const NEVER_RUNS = ["test", "tests", "__tests__", "examples", "docs"];

/** The npm packages that a module of a checkout and all it imports come from, sorted by name. */
export async function embeddedPackages(root: string, entry: string): Promise<NpmPackage[]> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["info", "--json", entry],
    cwd: root,
  }).output();
  const text = new TextDecoder().decode(code === 0 ? stdout : stderr);
  if (code !== 0) throw new Error(`Cannot list the modules of ${entry}: ${text.trim()}`);
  const { modules, npmPackages } = JSON.parse(text) as ModuleGraph;
  const cache = await npmCache();
  const found = new Map<string, NpmPackage>();
  const visit = (id: string): void => {
    const known = npmPackages[id];
    if (known === undefined || found.has(id)) return;
    const { name, version } = known;
    found.set(id, { ...known, localPath: known.localPath ?? join(cache, name, version) });
    for (const dependency of known.dependencies) visit(dependency);
  };
  for (const { npmPackage } of modules) if (npmPackage !== undefined) visit(npmPackage);
  return [...found.values()].sort((a, b) => a.name.localeCompare(b.name));
}

/** The folder of the one registry that packages are cached of. */
async function npmCache(): Promise<string> {
  const { stdout } = await new Deno.Command(Deno.execPath(), { args: ["info", "--json"] }).output();
  const { npmCache } = JSON.parse(new TextDecoder().decode(stdout)) as { npmCache: string };
  const [registry] = await Array.fromAsync(Deno.readDir(npmCache));
  return join(npmCache, registry?.name ?? "");
}

/**
 * The files and folders of packages that the executable does without. `deno compile` embeds packages
 * whole and reads every file that has no known extension as CommonJS: what it finds wrong there is
 * embedded with the build machine's paths, and a test fixture of `bintrees` (numbers without end) makes
 * it overflow its stack (seen in Deno 2.9.6).
 */
export async function unneededFiles(packages: readonly NpmPackage[]): Promise<string[]> {
  const unneeded: string[] = [];
  const visit = async (folder: string): Promise<void> => {
    for await (const { name, isDirectory } of Deno.readDir(folder)) {
      const path = join(folder, name);
      if (isDirectory && !NEVER_RUNS.includes(name)) await visit(path);
      else if (isDirectory || !RUNS.includes(extname(name))) unneeded.push(path);
    }
  };
  for (const { localPath } of packages) await visit(localPath);
  return unneeded.sort();
}
