import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Entry } from "../../lib/build/bundle.ts";
import { findRuntime, type Runtime } from "../../lib/build/runtime.ts";
import { permissionFlags } from "../../lib/cli/flags.ts";
import { loadConfig } from "../../lib/config/config.ts";
import { once } from "../fake_pve/once.ts";
import { type CliResult, MAIN, type ServeProcess, superviseServe } from "./cli.ts";
import { taskArgs } from "./task.ts";

/** A way in which the program reaches those who run it. */
export interface Form {
  readonly name: string;
  /** How the server says that it is locked. */
  readonly lock: "flags" | "compiled" | "worker";
  /** Makes the program for a place; with an entry, one of the tests' own that may do the same. */
  install(place: Place, entry?: Entry): Promise<Program>;
}

export interface Place {
  /** Where the program is started. */
  readonly folder: string;
  /** The config file, below the folder. */
  readonly config: string;
}

export interface Program {
  /** Starts the server, and waits until it listens. */
  start(env?: Environment): Promise<ServeProcess>;
  /** Runs another command. */
  run(args: readonly string[], env?: Environment): Promise<CliResult>;
}

type Environment = Readonly<Record<string, string>>;

/** The words before what a command is given, and what it finds in its environment. */
interface Words {
  readonly serve: readonly string[];
  readonly command: readonly string[];
  readonly env: Environment;
}

const fileOf = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const DENO_RUN = [Deno.execPath(), "run", "--no-prompt"];

/**
 * `deno task start`, the executable for a config, and the one for any; the latter by whichever runtime there is.
 *
 * @param kept where what fits any config is put, to be made once
 */
export async function findForms(kept: string): Promise<Form[]> {
  const runtime = await findRuntime();
  const generic = once(() => compile(kept, { runtime, entry: undefined }));
  const note = runtime.version === Deno.version.deno ? "" : ` (runtime ${runtime.version})`;
  return [
    { name: "deno run with its flags", lock: "flags", install: installFlags },
    {
      name: `an executable for its config${note}`,
      lock: "compiled",
      install: async (place, entry) => {
        const { folder, config } = place;
        const binary = await compile(folder, { runtime, config, entry });
        return programOf(place, { serve: [binary, "serve"], command: [binary], env: {} });
      },
    },
    {
      name: `an executable for any config${note}`,
      lock: "worker",
      install: async (place, entry) => {
        const made = entry === undefined ? generic() : compile(place.folder, { runtime, entry });
        const binary = await made;
        const env = { PROXMOX_MCP_CONFIG: place.config };
        return programOf(place, { serve: [binary, "serve"], command: [binary], env });
      },
    },
  ];
}

async function installFlags(place: Place, entry?: Entry): Promise<Program> {
  const { PATH = "", HOME = "", DENO_DIR } = Deno.env.toObject();
  const found = { PATH, HOME, ...(DENO_DIR === undefined ? {} : { DENO_DIR }) };
  return programOf(place, {
    serve: [Deno.execPath(), ...taskArgs("start")],
    command: [
      ...DENO_RUN,
      ...entry === undefined ? ["-A", MAIN] : [...await flagsOf(place), fileOf(entry.main)],
    ],
    // Asking for updates reads the system's CAs before the program has said which ones to trust.
    env: { ...found, DENO_NO_UPDATE_CHECK: "1", PROXMOX_MCP_CONFIG: place.config },
  });
}

async function flagsOf({ folder, config }: Place): Promise<string[]> {
  const env = () => undefined;
  return permissionFlags(await loadConfig({ file: config, cwd: folder, env, secrets: "skip" }));
}

interface Wanted {
  readonly runtime: Runtime;
  readonly config?: string;
  readonly entry: Entry | undefined;
}

async function compile(folder: string, { runtime, ...options }: Wanted): Promise<string> {
  const output = join(folder, `program-${crypto.randomUUID()}`);
  const { config, entry } = options;
  const locked = config === undefined ? [] : ["--config", config];
  const script = entry === undefined ? [...taskArgs("compile"), ...locked, "--output", output] : [
    "run",
    "-A",
    fileOf("tests/support/compile_entry.ts"),
    JSON.stringify({ ...options, output }),
  ];
  const { code, stderr } = await new Deno.Command(runtime.compiler, {
    args: script,
    cwd: folder,
    env: {
      DENO_NO_UPDATE_CHECK: "1",
      ...runtime.file === null ? {} : { DENORT_BIN: runtime.file },
    },
  }).output();
  assert.equal(code, 0, new TextDecoder().decode(stderr));
  return output;
}

function programOf({ folder }: Place, words: Words): Program {
  const command = ([program = "", ...args]: readonly string[], env: Environment = {}) =>
    new Deno.Command(program, {
      args,
      cwd: folder,
      clearEnv: true,
      env: { ...words.env, ...env },
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    });
  return {
    start: (env) => superviseServe(command(words.serve, env)),
    run: async (args, env) => {
      const { code, stdout, stderr } = await command([...words.command, ...args], env).output();
      const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes).trimEnd();
      return { status: code, out: text(stdout), err: text(stderr) };
    },
  };
}
