import type { Config } from "../../config/config.ts";
import { AppError, ioReason } from "../../errors.ts";
import type { ServerOptions } from "../../parts.ts";
import type { Speaker } from "../../stdio.ts";
import type { ToolsetChoice } from "../../tool/toolsets.ts";
import type { Io } from "../io.ts";

/** A server that runs, whatever carries its messages. */
export interface Running {
  /** Where it is reached. */
  readonly place: string;
  readonly toolCount: number;
  /** Takes a changed config over. Resolves with what could not be done, one line each. */
  reload(config: Config): Promise<readonly string[]>;
  /** Takes renewed certificates and secrets into use. Resolves with what could not be done, one line each. */
  renew(config: Config): Promise<readonly string[]>;
  shutdown(): Promise<void>;
  /** Resolves when it has ended by itself. */
  readonly finished: Promise<void>;
}

/** How callers reach the server. */
export interface Way {
  start(options: ServerOptions, io: Io): Promise<Running>;
}

/** Who speaks where no token says it, and what whoever speaks is shown. */
export interface LocalSpeaker extends Omit<Extract<Speaker, { kind: "local" }>, "kind"> {
  readonly toolsets: ToolsetChoice;
}

// Each is loaded when it is started: nobody waits for what is not used.

export const OVER_HTTP: Way = {
  start: async (options) => {
    const { startServer } = await import("../../server.ts");
    const server = await startServer(options);
    return { ...server, place: server.url };
  },
};

export function overStdio({ toolsets, ...local }: LocalSpeaker): Way {
  return {
    start: async (options, { input, writeOut }) => {
      if (!input || !writeOut) throw new Error("There is no standard input and output");
      keepOutputClean();
      const { token_file } = options.config;
      const speaker: Speaker = token_file === null
        ? { kind: "local", ...local }
        : { kind: "token", token: await readToken(token_file) };
      const { startStdio } = await import("../../stdio.ts");
      const server = await startStdio({
        ...options,
        speaker,
        toolsets,
        input: input(),
        write: async (bytes) => {
          for (let done = 0; done < bytes.length;) done += await writeOut(bytes.subarray(done));
        },
      });
      return { ...server, place: `standard input and output, for ${server.speaker}` };
    },
  };
}

async function readToken(file: string): Promise<string> {
  const failed = `Cannot read the token file ${file}`;
  let text: string;
  try {
    text = await Deno.readTextFile(file);
  } catch (error) {
    throw new AppError("invalid", `${failed}: ${ioReason(error)}`, { cause: error });
  }
  if (text.trim() === "") throw new AppError("invalid", `${failed}: it is empty`);
  return text.trim();
}

/** Whatever a package prints goes to standard error: one byte too many and the client gives up. */
function keepOutputClean(): void {
  const { console } = globalThis;
  const { error, warn, trace, assert } = console;
  for (const name of Object.keys(console)) Object.assign(console, { [name]: error });
  Object.assign(console, { warn, trace, assert });
}
