import { fileURLToPath } from "node:url";
import { type ServeProcess, superviseServe } from "./cli.ts";

const BREAKING = fileURLToPath(new URL("./breaking_server.ts", import.meta.url));

/** Starts `breaking_server.ts` by the path of its config. */
export function startBreaking(config: string): Promise<ServeProcess> {
  return superviseServe(
    new Deno.Command(Deno.execPath(), {
      args: ["run", "--no-prompt", "-A", BREAKING, config],
      env: { DENO_NO_UPDATE_CHECK: "1" },
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }),
  );
}
