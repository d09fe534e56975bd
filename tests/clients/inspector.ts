import { messageOf } from "../../lib/errors.ts";
import type { Order, Seen, ServerAddress, SignIn } from "./orders.ts";

/** The Inspector's command line, which connects anew for each order and has nobody to ask. */
export class Inspector implements AsyncDisposable {
  readonly #program: string;
  #server: readonly string[] = [];
  #env: Readonly<Record<string, string>> = {};

  /** @param program its launcher, which Node.js runs */
  constructor(program: string) {
    this.#program = program;
  }

  async ask(order: Order): Promise<Seen> {
    return await this.#follow(order).catch((error) => ({ error: messageOf(error) }));
  }

  async #follow(order: Order): Promise<Seen> {
    if ("connect" in order) {
      this.#server = wordsOf(order.connect);
      const { signIn } = { signIn: undefined, ...order.connect };
      this.#env = signIn?.env ?? {};
      return {};
    }
    // It has nothing but the server's word for a token's end.
    if ("advanceSeconds" in order) return {};
    if (!("call" in order)) {
      const { tools } = await this.#run(["--method", "tools/list"]);
      return { tools: tools.length };
    }
    const result = await this.#run([
      ...["--method", "tools/call", "--tool-name", order.call],
      ...["--tool-args-json", JSON.stringify(order.arguments)],
    ]);
    return {
      isError: result.isError === true,
      text: result.content.map(({ text = "" }: { text?: string }) => text).join(""),
      value: result.structuredContent,
    };
  }

  async #run(words: readonly string[]) {
    const { stdout, stderr } = await new Deno.Command("node", {
      args: [this.#program, "--cli", ...words, "--format", "json", "--quiet", ...this.#server],
      // What it keeps of its user stands in the home folder.
      env: { HOME: `${this.#program}.home`, ...this.#env },
    }).output();
    // What it prints of an error, of a tool or not, goes to the one or the other.
    const texts = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
    const told = texts.flatMap((text) => text.split("\n")).find((line) => line.startsWith("{"));
    const { result, error } = JSON.parse(told ?? "{}");
    if (result === undefined) throw new Error(error?.message ?? texts.join("\n"));
    return result;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return Promise.resolve();
  }
}

function wordsOf(server: ServerAddress): string[] {
  const how = ["--transport", server.transport, "--protocol-era", server.mode];
  if (server.transport === "stdio") {
    const env = Object.entries(server.env).flatMap(([name, value]) => ["-e", `${name}=${value}`]);
    return [...how, ...env, "--", server.command, ...server.args];
  }
  const headers = Object.entries(server.headers).map(([name, value]) => `${name}: ${value}`);
  return [
    ...[...how, "--server-url", server.url],
    ...headers.flatMap((one) => ["--header", one]),
    ...signInWords(server.signIn),
  ];
}

function signInWords(signIn: SignIn | undefined): string[] {
  if (signIn === undefined) return [];
  const { redirect, clientId, document } = signIn;
  return [
    ...["--callback-url", redirect],
    ...(clientId === undefined ? [] : ["--client-id", clientId]),
    ...(document === undefined ? [] : ["--client-metadata-url", document]),
  ];
}
