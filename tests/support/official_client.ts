import {
  Client,
  type ClientOptions,
  type ElicitRequest,
  type ElicitResult,
  StreamableHTTPClientTransport,
} from "@modelcontextprotocol/client";
import type { Served } from "./served.ts";

/** What the person at a client answers to a question. */
type Answer = (
  question: string,
  params: ElicitRequest["params"],
) => ElicitResult | Promise<ElicitResult>;

export interface ClientWish {
  /** Whether it speaks the revision of today where it can. */
  readonly mode?: "auto" | "legacy";
  readonly token?: string | undefined;
  /** Where to; default: where the site serves MCP. */
  readonly url?: string;
  readonly capabilities?: NonNullable<ClientOptions["capabilities"]>;
  /** Default: nobody can be asked. */
  readonly answer?: Answer;
}

/** The official client, connected to a site. */
export async function connectClient(
  site: Served,
  { answer, mode = "auto", token, url = site.url, ...wish }: ClientWish = {},
): Promise<Client> {
  const { capabilities = answer ? { elicitation: { form: {} } } : {} } = wish;
  const client = new Client({ name: "test", version: "1" }, {
    versionNegotiation: { mode },
    capabilities,
  });
  if (answer) {
    client.setRequestHandler("elicitation/create", ({ params }) => answer(params.message, params));
  }
  const requestInit = { headers: site.headers(token) };
  await client.connect(new StreamableHTTPClientTransport(new URL(url), { requestInit }));
  return client;
}

/** Calls a tool for a person who answers every question alike; tells what was asked and answered. */
export async function askedFor(
  site: Served,
  [name, args]: readonly [tool: string, args: Record<string, unknown>],
  { reply = { action: "decline" }, token }: { reply?: ElicitResult; token?: string } = {},
) {
  const questions: string[] = [];
  const client = await connectClient(site, {
    token,
    answer: (question) => {
      questions.push(question);
      return reply;
    },
  });
  const result = await client.callTool({ name, arguments: args });
  await client.close();
  return { questions, result };
}
