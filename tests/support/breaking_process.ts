/** A server that breaks whenever it is started, so many minutes apart, until 20 times are seen. */
import { AppError } from "../../lib/errors.ts";
import { runSandboxed } from "./sandboxed.ts";

const minutes = Number(Deno.args[0]);
let broken = 0;
const { lines, error } = await runSandboxed("throw new Error('boom')", {
  now: () => {
    if (++broken > 20) throw new Error("enough seen");
    return new Date(broken * minutes * 60_000);
  },
});
const { message } = error as Error;
const told = { lines, error: message, foreseen: error instanceof AppError };
Deno.stdout.writeSync(new TextEncoder().encode(JSON.stringify(told)));
