import { fileURLToPath } from "node:url";
import { type ServeProcess, superviseServe } from "./cli.ts";

const BREAKING = fileURLToPath(new URL("./breaking_server.ts", import.meta.url));

/** Starts `breaking_server.ts` by the path of its config; `lookMs` as `watchPulses` has it. */
export function startBreaking(
  config: string,
  { lookMs }: { lookMs?: number } = {},
): Promise<ServeProcess> {
  return superviseServe(
    new Deno.Command(Deno.execPath(), {
      args: [
        "run",
        "--no-prompt",
        "-A",
        BREAKING,
        config,
        ...(lookMs === undefined ? [] : [String(lookMs)]),
      ],
      env: { DENO_NO_UPDATE_CHECK: "1" },
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }),
  );
}
