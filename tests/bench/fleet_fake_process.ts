import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer, type Server } from "node:https";
import { makeCertificate } from "../fake_pve/certificate.ts";
import { startFakePve } from "../fake_pve.ts";
import { say, serveLines } from "./child.ts";
import { GUESTS_OF_EACH, vmidIn } from "./fleet_guests.ts";

/** What the fleet is to do next; it answers how many requests and connections there have been. */
export interface Order {
  /** How long each cluster takes for an answer, by its index; 0 when not given. */
  readonly delays?: readonly number[];
  /** Clusters that refuse connections from now on. */
  readonly refusing?: readonly number[];
  /** Clusters that take connections from now on, and say nothing. */
  readonly hanging?: readonly number[];
}

export interface Counts {
  readonly requests: number;
  readonly connections: number;
}

/** What the fleet says of itself when it has started. */
export interface Fleet {
  readonly ports: readonly number[];
  readonly caPem: string;
  readonly token: { readonly user: string; readonly name: string; readonly value: string };
}

/**
 * Many fast clusters in one process: one simulated cluster is asked once for each path, and each cluster
 * gives its answers with vmids of its own.
 */
const [count = "100"] = Deno.args;
// Twelve are there anyway, with the same vmids everywhere.
const source = await startFakePve({ guests: GUESTS_OF_EACH - 12 });
const { caPem, certPem, keyPem } = makeCertificate("pve1");
const client = Deno.createHttpClient({ caCerts: [source.caPem] });
const { user, name, value } = source.token;
const headers = { authorization: `PVEAPIToken=${user}!${name}=${value}` };
const originals = new Map<string, Promise<{ text: string; status: number }>>();
let delays: readonly number[] = [];
let requests = 0;
let connections = 0;

function ask(method: string, path: string) {
  const key = `${method} ${path}`;
  const asked = originals.get(key) ?? fetch(`${source.url}${path}`, { method, headers, client })
    .then(async (response) => ({ text: await response.text(), status: response.status }));
  originals.set(key, asked);
  return asked;
}

function listener(index: number) {
  const answers = new Map<string, { body: Uint8Array; status: number }>();
  const encoder = new TextEncoder();
  const answer = async (method: string, url: string) => {
    const { text, status } = await ask(method, vmidIn(url, -index));
    const made = { body: encoder.encode(vmidIn(text, index)), status };
    answers.set(`${method} ${url}`, made);
    return made;
  };
  return async (request: IncomingMessage, response: ServerResponse) => {
    requests++;
    request.resume();
    if (request.headers.authorization !== headers.authorization) {
      return void response.writeHead(401).end();
    }
    const { method = "GET", url = "/" } = request;
    const delay = delays[index] ?? 0;
    if (delay > 0) await new Promise((resolve) => setTimeout(resolve, delay));
    const { body, status } = answers.get(`${method} ${url}`) ?? await answer(method, url);
    response.writeHead(status, {
      "content-type": "application/json",
      "content-length": body.length,
    }).end(body);
  };
}

async function listen(index: number): Promise<{ server: Server; port: number }> {
  const handle = listener(index);
  const server = createServer({ cert: certPem, key: keyPem }, (request, response) => {
    void handle(request, response);
  });
  server.keepAliveTimeout = 600_000;
  server.on("secureConnection", () => connections++);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { server, port: (server.address() as { port: number }).port };
}

async function holdAll(port: number): Promise<void> {
  const held: Deno.Conn[] = [];
  for await (const connection of Deno.listen({ hostname: "127.0.0.1", port })) {
    held.push(connection);
  }
}

async function end({ server }: { server: Server }): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeAllConnections();
  await closed;
}

const clusters = await Promise.all(Array.from({ length: Number(count) }, (_, at) => listen(at)));
say({ ports: clusters.map(({ port }) => port), caPem, token: source.token });
await serveLines(async (order: Order) => {
  delays = order.delays ?? delays;
  for (const at of [...order.refusing ?? [], ...order.hanging ?? []]) await end(clusters[at]!);
  for (const at of order.hanging ?? []) void holdAll(clusters[at]!.port);
  return { requests, connections };
});
