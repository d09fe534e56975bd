import { TextLineStream } from "../bench/lines.ts";

/** A process of its own that answers each line of JSON with one. */
export class LineProcess implements AsyncDisposable {
  readonly #name: string;
  readonly #process: Deno.ChildProcess;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  readonly #lines: ReadableStreamDefaultReader<string>;

  constructor(command: string, options: Pick<Deno.CommandOptions, "args" | "env" | "stderr">) {
    this.#name = command;
    const streams = { stdin: "piped", stdout: "piped" } as const;
    this.#process = new Deno.Command(command, { stderr: "inherit", ...options, ...streams })
      .spawn();
    this.#writer = this.#process.stdin.getWriter();
    this.#lines = this.#process.stdout.pipeThrough(new TextLineStream()).getReader();
  }

  get pid(): number {
    return this.#process.pid;
  }

  /** The next line that it writes. */
  async next<T>(): Promise<T> {
    const { done, value } = await this.#lines.read();
    if (done) throw new Error(`${this.#name} ended before it answered`);
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
