import type { IncomingMessage } from "node:http";
import type { Buffer } from "node:buffer";
import type { Duplex } from "node:stream";
import { WebSocketServer } from "ws";
import { bodyForRecord, decodeForm } from "./body.ts";
import type { ServerCertificate } from "./certificate.ts";
import { type Answer, dispatch, type Incoming, type Served } from "./dispatch.ts";
import { type Fault, spoiled } from "./faults.ts";
import { type FakeRequest, FakeServer, read } from "./https.ts";

/** As much of a WebSocket of `ws` as is used: the package brings no types. */
interface Client {
  send(bytes: Uint8Array): void;
  close(): void;
  on(event: "message", listener: (message: Buffer) => void): void;
  on(event: "close" | "error", listener: () => void): void;
}

/** Proxmox VE behind HTTPS. */
export class PveServer extends FakeServer {
  protected override readonly headers = {
    "Cache-Control": "max-age=0",
    "Pragma": "no-cache",
    "Server": "pve-api-daemon/3.0",
  };
  readonly #served: Served;
  readonly #terminals = new WebSocketServer({ noServer: true });

  constructor(served: Served, certificate: ServerCertificate) {
    super(certificate);
    this.#served = served;
  }

  /** Refused logins wait, as against guessing, when the state says so. */
  protected override respond(incoming: Incoming): Answer | Promise<Answer> {
    const answer = dispatch(this.#served, incoming);
    if (answer instanceof Promise || answer.status !== 401) return answer;
    return { ...answer, waitMs: this.#served.world.state.authDelayMs };
  }

  protected override recordOf(incoming: Incoming): FakeRequest {
    return recordOf(incoming);
  }

  protected override spoiled(fault: Extract<Fault, { kind: "status" }>): Answer {
    return spoiled(fault);
  }

  /** Opens a container's terminal, or refuses as the method would. */
  protected override upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const incoming = read(request, new Uint8Array(0));
    const record = recordOf(incoming);
    this.requests.push(record);
    const result = dispatch(this.#served, incoming);
    if (result instanceof Promise) throw new Error("no WebSocket is opened by what is waited for");
    const { authorized, reason, status } = result;
    record.authorized = authorized;
    record.status = status === 200 ? 101 : status;
    if (status !== 200) {
      socket.end(`HTTP/1.1 ${status} ${reason}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
      return;
    }
    const { world } = this.#served;
    this.#terminals.handleUpgrade(request, socket, head, (client: Client) => {
      const served = world.consoles.connect(world, record.query.vncticket ?? "", {
        show: (text) => client.send(Uint8Array.from(text, (letter) => letter.charCodeAt(0))),
        close: () => client.close(),
      });
      client.on("message", (message: Buffer) => served.message(message.toString("latin1")));
      client.on("close", () => served.gone());
      client.on("error", () => {});
    });
  }
}

function recordOf({ body, headers, method, url }: Incoming): FakeRequest {
  const [rawPath = "", query = ""] = url.split("?");
  return {
    method,
    path: rawPath.replace(/^\/api2\/json/, ""),
    query: decodeForm(query),
    body: bodyForRecord(headers["content-type"], body),
    authorized: false,
    token: /^PVEAPIToken[= ]([^=]*)/.exec(headers.authorization ?? "")?.[1] ?? "",
    status: 0,
  };
}
