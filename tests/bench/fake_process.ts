import { makeCertificate } from "../fake_pve/certificate.ts";
import { startFakePve } from "../fake_pve.ts";
import { say, serveLines } from "./child.ts";

/**
 * A fast Proxmox: the simulated cluster is asked once for each path, and then its answer is given again
 * and again over HTTPS. Nothing changes, so that a VM can be started any number of times.
 */
const [guests = "1000"] = Deno.args;
const cluster = await startFakePve({ guests: Number(guests) });
const { caPem, certPem, keyPem } = makeCertificate("pve1");
const client = Deno.createHttpClient({ caCerts: [cluster.caPem] });
const { user, name, value } = cluster.token;
const authorization = `PVEAPIToken=${user}!${name}=${value}`;
const answers = new Map<string, { body: Uint8Array<ArrayBuffer>; status: number }>();
let requests = 0;

async function answer(request: Request): Promise<Response> {
  requests++;
  if (request.headers.get("authorization") !== authorization) {
    return new Response(null, { status: 401 });
  }
  const { pathname, search } = new URL(request.url);
  const key = `${request.method} ${pathname}${search}`;
  const known = answers.get(key) ?? await ask(request.method, pathname + search);
  answers.set(key, known);
  return new Response(known.body, {
    status: known.status,
    headers: { "content-type": "application/json;charset=UTF-8" },
  });
}

async function ask(method: string, path: string) {
  const headers = { authorization };
  const response = await fetch(`${cluster.url}${path}`, { method, headers, client });
  return { body: new Uint8Array(await response.arrayBuffer()), status: response.status };
}

const server = Deno.serve({
  hostname: "127.0.0.1",
  port: 0,
  cert: certPem,
  key: keyPem,
  onListen: () => {},
}, answer);
const stopped = [...cluster.state.guests.values()]
  .find(({ type, status }) => type === "qemu" && status === "stopped");
const start = stopped && { vmid: stopped.vmid, node: stopped.node };
say({ port: server.addr.port, caPem, authorization, token: cluster.token, stopped: start });
await serveLines(() => ({ requests }));
