import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer } from "node:https";
import { makeCertificate } from "../fake_pve/certificate.ts";
import { startFakePve } from "../fake_pve.ts";
import { say, serveLines } from "./child.ts";

/**
 * A fast Proxmox: the simulated cluster is asked once for each path, and then its answer is given again
 * and again over HTTPS. Nothing changes, so that a VM can be started any number of times, and tasks have ended.
 */
const [guests = "1000"] = Deno.args;
const cluster = await startFakePve({ guests: Number(guests), taskPolls: 0 });
const { caPem, certPem, keyPem } = makeCertificate("pve1");
const client = Deno.createHttpClient({ caCerts: [cluster.caPem] });
const { user, name, value } = cluster.token;
const authorization = `PVEAPIToken=${user}!${name}=${value}`;
const answers = new Map<string, { body: Uint8Array; status: number }>();
let requests = 0;

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  requests++;
  request.resume();
  if (request.headers.authorization !== authorization) return void response.writeHead(401).end();
  const { method = "GET", url = "/" } = request;
  const key = `${method} ${url}`;
  const known = answers.get(key) ?? await ask(method, url);
  answers.set(key, known);
  const headers = { "content-type": "application/json", "content-length": known.body.length };
  response.writeHead(known.status, headers).end(known.body);
}

async function ask(method: string, path: string) {
  const headers = { authorization };
  const response = await fetch(`${cluster.url}${path}`, { method, headers, client });
  return { body: new Uint8Array(await response.arrayBuffer()), status: response.status };
}

// `Deno.serve` over TLS lets each answer wait for the acknowledgement of its head (Deno 2.9.6).
const server = createServer({ cert: certPem, key: keyPem }, (request, response) => {
  void answer(request, response);
});
// A connection that is closed just as somebody asks over it would be a failure of the bare handler.
server.keepAliveTimeout = 600_000;
await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
const { port } = server.address() as { port: number };
const stopped = [...cluster.state.guests.values()]
  .filter(({ config, type, status }) =>
    type === "qemu" && status === "stopped" && !("template" in config)
  )
  .map(({ vmid, node }) => ({ vmid, node }));
say({ port, caPem, authorization, token: cluster.token, stopped });
await serveLines(() => ({ requests }));
