import { basename, dirname, join, relative } from "node:path";
import { AppError } from "../errors.ts";
import { execute } from "./execute.ts";
import { npmCache } from "./npm_files.ts";
import { ROOT } from "./release.ts";

/** Modules of the checkout, of no more packages than the program: what is run, and what that runs in a worker. */
export interface Entry {
  readonly main: string;
  readonly worker: string;
}

/** The program itself. */
const PROGRAM: Entry = { main: "main.ts", worker: "lib/cli/serve/worker.ts" };

/** `new URL("./worker.ts", import.meta.url)`, by which the program names its own modules. */
const OWN_MODULE = /new URL\("([^"]+)\.ts", import\.meta\.url\)/g;

/**
 * How a bundle takes tslib's CommonJS module. Its ES module wants that as Node.js gives it, which the bundler
 * of Deno 2.9.6 does not see: it does not read the package.json beside it that says `"type": "module"`.
 */
const TSLIB = /__toESM\((require_tslib\d*)\(\)\)/g;

/** A module of a bundle; its path is without a leading slash. */
export interface Script {
  readonly path: string;
  readonly content: string;
}

/** A program and its libraries as JavaScript. */
export interface Bundle {
  readonly scripts: readonly Script[];
  /** Paths of the scripts that the entry's modules have become. */
  readonly main: string;
  readonly worker: string;
}

/** Rejects with AppError and what the bundler said. */
export async function bundle(entry: Entry = PROGRAM): Promise<Bundle> {
  const folder = await Deno.makeTempDir({ prefix: "bundle-" });
  try {
    await execute(Deno.execPath(), {
      failure: "Cannot bundle",
      args: [
        ...["bundle", "--quiet", "--platform", "deno", "--code-splitting", "--outdir", folder],
        entry.main,
        entry.worker,
      ],
      cwd: ROOT,
    });
    const paths = (await scriptsIn(folder)).sort();
    // The bundler leaves out the folders that all its entries share.
    const become = (module: string) =>
      paths.find((path) => module.replace(/\.ts$/, ".js").endsWith(path)) ?? "";
    const worker = become(entry.worker);
    const packages = relative(ROOT, await npmCache());
    const scripts = await Promise.all(paths.map(async (path) => {
      const code = await Deno.readTextFile(join(folder, path));
      const content = code
        // Its names for libraries' modules hold paths of this machine.
        .replaceAll(packages, "npm")
        .replaceAll(TSLIB, "__toESM($1(), 1)")
        .replaceAll(OWN_MODULE, (_, module) => {
          if (basename(module) === basename(worker, ".js")) return urlFrom(path, worker);
          throw new AppError("internal", `Cannot bundle: which module is ${module}.ts in ${path}?`);
        });
      return { path, content };
    }));
    return { scripts, main: become(entry.main), worker };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** A script as another one names it: bundling moves code, and paths stay as they were. */
function urlFrom(path: string, script: string): string {
  return `new URL("./${relative(dirname(path), script)}", import.meta.url)`;
}

async function scriptsIn(folder: string, below = ""): Promise<string[]> {
  const entries = await Array.fromAsync(Deno.readDir(join(folder, below)));
  const found = await Promise.all(entries.map(({ name, isDirectory }) => {
    const path = join(below, name);
    return isDirectory ? scriptsIn(folder, path) : [path];
  }));
  return found.flat();
}
