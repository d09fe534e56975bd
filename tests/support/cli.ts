import { fileURLToPath } from "node:url";
import { runCli } from "../../lib/cli/mod.ts";
import type { Terminal } from "../../lib/cli/terminal.ts";

export interface CliResult {
  readonly status: number;
  readonly out: string;
  readonly err: string;
}

export interface CliOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly now?: Date;
  /** What a person at the terminal types, in this order; then the input ends. */
  readonly answers?: readonly string[];
  /** What stands on standard input. */
  readonly input?: string;
  /** Told of each line of standard output; an error that it throws ends the run there. */
  readonly onLine?: (line: string) => void;
}

/** Runs one command line inside the test's own process. */
export async function cli(args: readonly string[], options: CliOptions = {}): Promise<CliResult> {
  const out: string[] = [];
  const err: string[] = [];
  const status = await runCli(args, {
    out: (line) => {
      out.push(line);
      options.onLine?.(line);
    },
    terminal: options.answers === undefined ? undefined : typist(options.answers, out),
    err: (line) => err.push(line),
    input: () => new Blob([options.input ?? ""]).stream(),
    env: (name) => options.env?.[name],
    now: () => options.now ?? new Date(),
  });
  return { status, out: out.join("\n"), err: err.join("\n") };
}

/** Answers questions, which stand among the output. */
function typist(answers: readonly string[], out: string[]): Terminal {
  const left = [...answers];
  const ask = (question: string) => {
    out.push(question);
    return Promise.resolve(left.shift() ?? null);
  };
  return { ask, askHidden: ask, restore: () => {} };
}

export const MAIN: string = fileURLToPath(new URL("../../main.ts", import.meta.url));

export interface SpawnOptions extends CliOptions {
  /** Permission flags; default `-A`. */
  readonly flags?: readonly string[];
  readonly cwd?: string;
}

/** Runs `main.ts` as a process of its own, with nothing in its environment but what is given. */
export async function spawnCli(
  args: readonly string[],
  options: SpawnOptions = {},
): Promise<CliResult> {
  const { code, stdout, stderr } = await command(args, options).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes).trimEnd();
  return { status: code, out: text(stdout), err: text(stderr) };
}

const PATIENCE_MS = 15_000;

/** A server process that has said where it listens. */
export interface ServeProcess extends AsyncDisposable {
  readonly pid: number;
  readonly url: string;
  /** The start-up block and whatever was logged since, as it grows. */
  readonly lines: readonly string[];
  /** Resolves with the first line, from now or before, that fits. */
  line(pattern: RegExp): Promise<string>;
  kill(signal: Deno.Signal): void;
  readonly status: Promise<Deno.CommandStatus>;
}

/** Starts `serve` and waits for its start-up block; rejects with what it said when it ends instead. */
export async function startServe(
  args: readonly string[],
  options: SpawnOptions = {},
): Promise<ServeProcess> {
  return await superviseServe(command(["serve", ...args], options));
}

/** The same for a command line that is not `main.ts`. */
export async function superviseServe(command: Deno.Command): Promise<ServeProcess> {
  const child = command.spawn();
  const lines: string[] = [];
  const waiting = new Set<() => void>();
  const wake = () => {
    for (const look of waiting) look();
  };
  const read = async () => {
    const decoder = new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>;
    let rest = "";
    for await (const chunk of child.stderr.pipeThrough(decoder)) {
      const parts = (rest + chunk).split("\n");
      rest = parts.pop() ?? "";
      lines.push(...parts);
      wake();
    }
  };
  const drained = Promise.all([read(), child.stdout.cancel()]);
  let ended = false;
  const status = child.status.then(async (status) => {
    await drained;
    ended = true;
    wake();
    return status;
  });
  const line = (pattern: RegExp) => {
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    const look = () => {
      const found = lines.find((candidate) => pattern.test(candidate));
      if (found === undefined && !ended) return;
      waiting.delete(look);
      if (found !== undefined) resolve(found);
      else reject(new Error(`the server ended without ${pattern}:\n${lines.join("\n")}`));
    };
    waiting.add(look);
    look();
    return promise;
  };
  const address = await line(/^ {2}address +/);
  await line(/^ {2}tools +/);
  return {
    pid: child.pid,
    url: /https?:\/\/\S+/.exec(address)?.[0] ?? "",
    lines,
    line,
    kill: (signal) => child.kill(signal),
    status,
    [Symbol.asyncDispose]: async () => {
      if (ended) return;
      // Asked first, for what it has started itself must end too.
      child.kill("SIGTERM");
      const timer = setTimeout(() => child.kill("SIGKILL"), PATIENCE_MS);
      await status;
      clearTimeout(timer);
    },
  };
}

function command(args: readonly string[], { flags = ["-A"], env = {}, cwd }: SpawnOptions) {
  const { DENO_DIR, HOME, PATH } = Deno.env.toObject();
  const inherited = Object.entries({ DENO_DIR, HOME, PATH }).filter(([, value]) =>
    value !== undefined
  );
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-prompt", ...flags, MAIN, ...args],
    clearEnv: true,
    env: {
      ...Object.fromEntries(inherited) as Record<string, string>,
      DENO_NO_UPDATE_CHECK: "1",
      ...env,
    },
    ...(cwd === undefined ? {} : { cwd }),
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  });
}
