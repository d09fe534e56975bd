import { basename, dirname, join, relative } from "node:path";
import { AppError } from "../errors.ts";
import { PROGRAM } from "./compile.ts";
import { execute } from "./execute.ts";
import { type PackageFile, ROOT, textFile } from "./release.ts";

/** `new URL("./worker.ts", import.meta.url)`, by which the program names its own modules. */
const OWN_MODULE = /new URL\("([^"]+)\.ts", import\.meta\.url\)/g;

/** The program and its libraries as JavaScript: `main.js`, its worker, and what both share. */
export async function bundle(): Promise<PackageFile[]> {
  const folder = await Deno.makeTempDir({ prefix: "bundle-" });
  try {
    await execute(Deno.execPath(), {
      failure: "Cannot bundle",
      args: [
        ...["bundle", "--quiet", "--platform", "deno", "--code-splitting", "--outdir", folder],
        ...[PROGRAM.main, PROGRAM.worker],
      ],
      cwd: ROOT,
    });
    const names = (await scriptsIn(folder)).sort();
    return await Promise.all(names.map(async (name) => {
      const code = await Deno.readTextFile(join(folder, name));
      return textFile(name, code.replaceAll(OWN_MODULE, (_, path) => ownModule(name, path)));
    }));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** A module's new place as its new neighbour names it: bundling moves code, and paths stay as they were. */
function ownModule(from: string, path: string): string {
  const { worker } = PROGRAM;
  if (basename(worker) !== `${basename(path)}.ts`) {
    throw new AppError("internal", `Cannot bundle: which module is ${path}.ts in ${from}?`);
  }
  const place = relative(dirname(from), worker.replace(/\.ts$/, ".js"));
  return `new URL("./${place}", import.meta.url)`;
}

async function scriptsIn(folder: string, below = ""): Promise<string[]> {
  const entries = await Array.fromAsync(Deno.readDir(join(folder, below)));
  const found = await Promise.all(entries.map(({ name, isDirectory }) => {
    const path = join(below, name);
    return isDirectory ? scriptsIn(folder, path) : [path];
  }));
  return found.flat();
}
