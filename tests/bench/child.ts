import { fileURLToPath } from "node:url";
import { LineProcess } from "../support/line_process.ts";
import { TextLineStream } from "./lines.ts";

/** A helper of the bench as a process of its own, which answers each line of JSON with one. */
export class Child extends LineProcess {
  /** @param script a file of this folder */
  constructor(script: string, args: readonly string[] = []) {
    const path = fileURLToPath(new URL(script, import.meta.url));
    super(Deno.execPath(), { args: ["run", "--no-prompt", "-A", path, ...args] });
  }
}

/** The other side: answers every line of standard input until that ends. */
export async function serveLines<Q>(answer: (question: Q) => unknown): Promise<void> {
  for await (const line of Deno.stdin.readable.pipeThrough(new TextLineStream())) {
    say(await answer(JSON.parse(line) as Q));
  }
  Deno.exit();
}

/** Writes one line of JSON. */
export function say(value: unknown): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${JSON.stringify(value)}\n`));
}
