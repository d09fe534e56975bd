import { Client } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";

/** A program that a client starts and speaks to on its standard input and output. */
export interface StartedServer {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** What the official client learns of a server that it starts itself. */
export async function askStarted(
  { command, args, env }: StartedServer,
): Promise<{ tools: string[]; nodes: unknown; said: string }> {
  const transport = new StdioClientTransport({
    command,
    args: [...args],
    env: { ...env },
    stderr: "pipe",
  });
  let said = "";
  transport.stderr?.on("data", (bytes: Uint8Array) => said += new TextDecoder().decode(bytes));
  const client = new Client({ name: "test", version: "1" });
  await client.connect(transport);
  try {
    const { tools } = await client.listTools();
    const { structuredContent } = await client.callTool({ name: "get_nodes", arguments: {} });
    return { tools: tools.map(({ name }) => name), nodes: structuredContent, said };
  } finally {
    await client.close();
  }
}
