import { join } from "node:path";

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
export async function npmCache(): Promise<string> {
  const { stdout } = await new Deno.Command(Deno.execPath(), { args: ["info", "--json"] }).output();
  const { npmCache } = JSON.parse(new TextDecoder().decode(stdout)) as { npmCache: string };
  const [registry] = await Array.fromAsync(Deno.readDir(npmCache));
  return join(npmCache, registry?.name ?? "");
}
