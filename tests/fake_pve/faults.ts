import type { ServerResponse } from "node:http";
import type { Answer } from "./dispatch.ts";
import type { FakeRequest } from "./https.ts";

export type Fault =
  | {
    kind: "status";
    status: number;
    reason?: string;
    message?: string;
    errors?: Record<string, string>;
  }
  | { kind: "hang" }
  | { kind: "delay"; ms: number }
  | { kind: "drop" }
  /** The request is carried out, and not answered. */
  | { kind: "silence" }
  | { kind: "drop_before" }
  | { kind: "truncate" }
  | { kind: "body"; body: string }
  /** What is made of the answer's text; of a refusal nothing is. */
  | { kind: "bent"; bend: (body: string, request: FakeRequest) => string }
  | WireFault;

/** What goes wrong on the wire once the request has been carried out. */
export type WireFault =
  /** Half of the answer, and then nothing more. */
  | { kind: "stall" }
  /** Half of the answer, and then the connection is reset. */
  | { kind: "reset" }
  /** An answer that comes a character at a time and never ends. */
  | { kind: "drip" }
  /** Whatever a proxy may make of it; what tells of a failure was not carried out. Without a body its own. */
  | {
    kind: "raw";
    status?: number;
    reason?: string;
    headers?: Record<string, string | string[]>;
    body?: string | Uint8Array<ArrayBuffer>;
  };

export interface FaultMatch {
  method?: string;
  path?: RegExp;
}

const DRIP_MS = 5;
const UTF8 = new TextEncoder();

/** Spoils the answer of a request; `answer` carries the request out. */
export function spoilOnWire(
  fault: WireFault,
  { answer, response }: { answer: () => Answer; response: ServerResponse },
): number {
  if (fault.kind === "raw") return writeRaw(fault, { answer, response });
  const { status, body } = answer();
  const bytes = UTF8.encode(body);
  if (fault.kind === "drip") {
    response.writeHead(status);
    const timer = setInterval(() => response.write(" "), DRIP_MS);
    response.once("close", () => clearInterval(timer));
    return status;
  }
  response.writeHead(status, { "content-length": String(bytes.length) });
  const half = bytes.slice(0, Math.max(1, Math.floor(bytes.length / 2)));
  response.write(half, () => {
    if (fault.kind !== "reset") return;
    response.socket?.resetAndDestroy();
    response.socket?.destroy();
  });
  return status;
}

function writeRaw(
  { body, headers = {}, reason = "OK", status = 200 }: Extract<WireFault, { kind: "raw" }>,
  { answer, response }: { answer: () => Answer; response: ServerResponse },
): number {
  const own = status < 300 ? answer().body : "";
  const bytes = typeof body === "object" ? body : UTF8.encode(body ?? own);
  response.writeHead(status, reason, { "content-length": String(bytes.length), ...headers });
  response.end(bytes);
  return status;
}

/** The answer of Proxmox itself when it refuses. */
export function spoiled(fault: Extract<Fault, { kind: "status" }>): Answer {
  const { status, message, errors } = fault;
  const reason = fault.reason ?? message ?? defaultReasons[status] ?? "Error";
  const bare = status === 401 || status === 595 || status === 596 ||
    (status === 501 && message === undefined);
  const body = bare ? "" : JSON.stringify({
    data: null,
    message: `${message ?? reason}\n`,
    ...(errors ? { errors } : {}),
  });
  return {
    status,
    reason,
    ...(bare ? {} : { type: "application/json;charset=UTF-8" }),
    body,
    authorized: status !== 401,
  };
}

const defaultReasons: Record<number, string> = {
  400: "Parameter verification failed.",
  401: "Authentication failed!",
  403: "Permission check failed",
  500: "internal error",
  501: "not implemented",
  502: "Bad Gateway",
  503: "Service Unavailable",
  504: "Gateway Timeout",
  595: "Connection refused",
  596: "Broken pipe",
  599: "Too many redirections",
};
