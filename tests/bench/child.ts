import { fileURLToPath } from "node:url";
import { TextLineStream } from "./lines.ts";

/** A helper of the bench as a process of its own, which answers each line of JSON with one. */
export class Child implements AsyncDisposable {
  readonly #process: Deno.ChildProcess;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  readonly #lines: ReadableStreamDefaultReader<string>;

  /** @param script a file of this folder */
  constructor(script: string, args: readonly string[] = []) {
    const path = fileURLToPath(new URL(script, import.meta.url));
    this.#process = new Deno.Command(Deno.execPath(), {
      args: ["run", "--no-prompt", "-A", path, ...args],
      stdin: "piped",
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
    this.#writer = this.#process.stdin.getWriter();
    this.#lines = this.#process.stdout.pipeThrough(new TextLineStream()).getReader();
  }

  get pid(): number {
    return this.#process.pid;
  }

  /** The next line that it writes. */
  async next<T>(): Promise<T> {
    const { done, value } = await this.#lines.read();
    if (done) throw new Error("a helper of the bench ended before it answered");
    return JSON.parse(value) as T;
  }

  async ask<T>(question: unknown): Promise<T> {
    await this.#writer.write(new TextEncoder().encode(`${JSON.stringify(question)}\n`));
    return await this.next();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#writer.close();
    await this.#process.status;
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
