import { join } from "node:path";
import { environment } from "../config/config.ts";
import { AppError } from "../errors.ts";
import { sha256 } from "./digest.ts";
import { execute } from "./execute.ts";

/** What executables are made with here. */
export interface Runtime {
  /** The Deno that compiles for it. */
  readonly compiler: string;
  /** The file that every executable begins with; null where the compiler finds its own. */
  readonly file: string | null;
  readonly version: string;
}

/**
 * The wheels that hold an older compiler, and a program made by it: the program's file up to the end of
 * its ELF section headers is the runtime that it was made of. Both come from PyPI, so that executables
 * can be made and run where the runtime of this Deno cannot be had.
 */
const OLDER = {
  version: "2.6.10",
  wheels: [
    "bids-validator-deno==2.4.1 --hash=sha256:5087fcd13341f529b5404792a74e22f570e50f17e5ea4cabe9c91b1caf74cbf4",
    "deno==2.6.10 --hash=sha256:d1600f4ee7b4a9699b7057841bdb5d7b7eac3fb073df072540064166841c2f4c",
  ],
  program: "bids_validator_deno-2.4.1.data/scripts/bids-validator-deno",
  compiler: "deno-2.6.10.data/scripts/deno",
  sha256: "1b136202dc147212ad0b129de0c10eb5f17060917c9754c7921cd68f764ad2e2",
} as const;

/**
 * Finds a runtime for executables: `DENORT_BIN`, else what this Deno has in its cache, else an older
 * one, which is fetched with pip once.
 *
 * @throws AppError `internal` with what could not be fetched
 */
export async function findRuntime(): Promise<Runtime> {
  const env = environment();
  const own = { compiler: Deno.execPath(), version: Deno.version.deno };
  const named = env("DENORT_BIN");
  if (named !== undefined) return { ...own, file: named };
  if (await isThere(await ownArchive())) return { ...own, file: null };
  const cache = env("XDG_CACHE_HOME") ?? join(env("HOME") ?? "/tmp", ".cache");
  return await olderRuntime(join(cache, "proxmox-mcp", `runtime-${OLDER.version}`));
}

/** Where this Deno keeps the runtime that it has downloaded. */
async function ownArchive(): Promise<string> {
  const { stdout } = await new Deno.Command(Deno.execPath(), { args: ["info", "--json"] }).output();
  const { denoDir } = JSON.parse(new TextDecoder().decode(stdout)) as { denoDir: string };
  const { deno } = Deno.version;
  return join(denoDir, "dl/release", `v${deno}`, `denort-${Deno.build.target}.zip`);
}

async function olderRuntime(folder: string): Promise<Runtime> {
  const file = join(folder, "denort");
  const compiler = join(folder, "deno");
  if (!await isThere(compiler)) await fetchOlder(folder);
  return { compiler, file, version: OLDER.version };
}

/** Everything is made beside the folder, which then appears whole. */
async function fetchOlder(folder: string): Promise<void> {
  const parent = join(folder, "..");
  await Deno.mkdir(parent, { recursive: true });
  const work = await Deno.makeTempDir({ dir: parent });
  try {
    const wanted = join(work, "wheels.txt");
    await Deno.writeTextFile(wanted, OLDER.wheels.join("\n"));
    const failure = "Cannot fetch a runtime for executables";
    const pip = ["-m", "pip", "download", "--quiet", "--no-deps", "--require-hashes"];
    await execute("python3", { failure, args: [...pip, "--dest", work, "--requirement", wanted] });
    for await (const { name } of Deno.readDir(work)) {
      if (!name.endsWith(".whl")) continue;
      await execute("python3", { failure, args: ["-m", "zipfile", "-e", join(work, name), work] });
    }
    const runtime = cutRuntime(await Deno.readFile(join(work, OLDER.program)));
    const ready = join(work, "ready");
    await Deno.mkdir(ready);
    await Deno.writeFile(join(ready, "denort"), runtime, { mode: 0o755 });
    await Deno.copyFile(join(work, OLDER.compiler), join(ready, "deno"));
    await Deno.chmod(join(ready, "deno"), 0o755);
    await Deno.rename(ready, folder).catch(async (error) => {
      // Another process may have been quicker.
      if (!await isThere(join(folder, "deno"))) throw error;
    });
  } finally {
    await Deno.remove(work, { recursive: true });
  }
}

/** The part of an executable that `deno compile` did not add: what its ELF section headers end. */
function cutRuntime(program: Uint8Array): Uint8Array {
  const view = new DataView(program.buffer, program.byteOffset);
  const offset = Number(view.getBigUint64(0x28, true));
  const end = offset + view.getUint16(0x3a, true) * view.getUint16(0x3c, true);
  const runtime = program.subarray(0, end);
  const found = sha256(runtime);
  if (found === OLDER.sha256) return runtime;
  throw new AppError("internal", `Cannot cut out the runtime: its SHA-256 is ${found}`);
}

async function isThere(path: string): Promise<boolean> {
  return await Deno.stat(path).then(() => true, () => false);
}

/** `deno run lib/build/runtime.ts OUTPUT …`: compiles with the runtime that is found. */
if (import.meta.main) {
  const { compiler, file } = await findRuntime();
  const script = new URL("./compile.ts", import.meta.url).pathname;
  const { code } = await new Deno.Command(compiler, {
    args: ["run", "-A", "--no-prompt", script, ...Deno.args],
    env: { DENO_NO_UPDATE_CHECK: "1", ...(file === null ? {} : { DENORT_BIN: file }) },
    stdout: "null",
  }).spawn().status;
  Deno.exit(code);
}
