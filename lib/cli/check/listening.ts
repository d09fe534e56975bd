import { connect as connectTcp, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import { type Config, hostForUrl, isLoopback } from "../../config/config.ts";
import { ioReason } from "../../errors.ts";
import { fail, type Finding, ok, warn } from "./finding.ts";

const PATIENCE_MS = 2_000;

/** Whether the server could listen where it is told to, and who could listen in. */
export async function checkListening(config: Config): Promise<Finding[]> {
  return [await checkPort(config), ...aboutEavesdroppers(config)];
}

async function checkPort(config: Config): Promise<Finding> {
  const { host, port } = config.server;
  const endpoint = `${hostForUrl(host)}:${port}`;
  try {
    Deno.listen({ hostname: host, port }).close();
    return ok("listen", `${endpoint} is free`);
  } catch (error) {
    if (!(error instanceof Deno.errors.AddrInUse)) {
      return fail("listen", `${endpoint}: ${ioReason(error)}`, "check server.host and server.port");
    }
    if (await answersAsServer(config)) return ok("listen", `${endpoint}: the server is running`);
    return fail(
      "listen",
      `${endpoint} is in use by another program`,
      `stop it (ss -ltnp 'sport = :${port}' names it), or choose another server.port`,
    );
  }
}

function aboutEavesdroppers({ server }: Config): Finding[] {
  if (server.tls !== null || isLoopback(server.host) || server.trusted_proxies.length > 0) {
    return [];
  }
  return [warn(
    "exposure",
    `tokens travel unencrypted to ${hostForUrl(server.host)}:${server.port}`,
    "set server.tls, or listen on 127.0.0.1 behind a proxy with TLS and name it in " +
      "server.trusted_proxies",
  )];
}

/** True when what listens there answers `/healthz` as this program does. */
export function answersAsServer({ server }: Config): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  // A process that may listen on 0.0.0.0 may connect to it too, and to no other name of this machine.
  const target = { host: server.host, port: server.port };
  const socket: Socket = server.tls === null
    ? connectTcp(target)
    : connectTls({ ...target, rejectUnauthorized: false });
  let answer = "";
  const finish = () => {
    clearTimeout(timer);
    socket.destroy();
    resolve(/^HTTP\/1\.1 200 [\s\S]*\{"status":"ok"\}/.test(answer));
  };
  const timer = setTimeout(finish, PATIENCE_MS);
  socket.on("error", finish);
  socket.on("close", finish);
  socket.on("data", (chunk) => answer += new TextDecoder().decode(chunk));
  socket.on(server.tls === null ? "connect" : "secureConnect", () => {
    const [name] = server.allowed_hosts ?? [];
    const host = `${hostForUrl(name ?? target.host)}:${target.port}`;
    socket.write(`GET /healthz HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);
  });
  return promise;
}
