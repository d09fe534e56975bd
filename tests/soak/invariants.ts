import { callsIn } from "./client.ts";
import type { Shot } from "./shots.ts";
import type { WireAnswer } from "./wire.ts";

const PERMITTED = [200, 202, 400, 401, 403, 404, 405, 406, 408, 413, 415, 417, 429, 431];
/** Refused before the body was read. */
const UNREAD = [401, 403, 405, 408, 413, 415, 417, 431];
/** Read, and refused as a whole before anything was made of it. */
const NO_MESSAGE = /Parse error|is no JSON object|body (nests|holds|cut off)/;
const DOORS = ["/mcp", "/mcp/", "/mcp/sse/messages"];

/** What tells of the program's inside. */
const INSIDE = [
  /"code":(-32603|"internal")/,
  /\n\s+at \S/,
  /\b(ext|node|file|npm):[\w/]+/,
  /\.ts:\d+/,
  /ZodError|"code": ?"(invalid_type|invalid_union|unrecognized_keys|too_small|too_big|custom)"/,
  /TypeError|ReferenceError|SyntaxError|Cannot read propert|is not a function|\[object Object\]/,
];

const TAME = /^(Content-Type|Accept|Mcp-[\w-]+|MCP-[\w-]+|Accept-Language|Last-Event-ID|Origin)$/;

/** What must not stand in any answer, word for word. */
export type Forbidden = readonly string[];

/** What is wrong with an answer; null when nothing is. */
export function complaint(
  shot: Shot,
  { answer, forbidden }: { answer: WireAnswer | null; forbidden: Forbidden },
): string | null {
  if (answer === null) return isOrderly(shot) ? "there was no answer" : null;
  const { status, head, headers, body } = answer;
  if (!PERMITTED.includes(status)) return `HTTP ${status}: ${body.slice(0, 300)}`;
  const leak = leakIn(head + body, forbidden);
  if (leak !== null) return leak;
  const type = headers.get("content-type") ?? "";
  if (type.startsWith("text/event-stream")) return shapeOfEvents(body);
  if (type.startsWith("application/json")) return shapeOfJson(shot, body);
  const fits = body === "" || type.startsWith("text/plain");
  return fits ? null : `an answer of type ${type}: ${body.slice(0, 100)}`;
}

export function leakIn(text: string, forbidden: Forbidden): string | null {
  const word = forbidden.find((word) => text.includes(word));
  if (word !== undefined) return `the answer tells ${word.slice(0, 12)}…`;
  const inside = INSIDE.find((pattern) => pattern.test(text))?.exec(text);
  if (!inside) return null;
  return `the answer tells of the inside: ${
    text.slice(Math.max(0, inside.index - 100)).slice(0, 300)
  }`;
}

/** How many calls of the shot must have a row; null when nobody can tell. */
export function callsOf(shot: Shot, answer: WireAnswer | null): number | null {
  if (answer === null) return null;
  const { status, body } = answer;
  const path = shot.target.replace(/^http:\/\/[^/]*/, "").split("?")[0] ?? "";
  if (shot.method !== "POST" || !DOORS.includes(path) || UNREAD.includes(status)) return 0;
  // Of those that are too many only some leave a row each.
  if (status === 429 || status === 400 && body.includes("a batch holds")) return null;
  if (status === 400 && (body === "" || NO_MESSAGE.test(body))) return 0;
  try {
    return callsIn(JSON.parse(new TextDecoder().decode(shot.body)));
  } catch {
    return 0;
  }
}

function shapeOfJson({ method, target }: Shot, body: string): string | null {
  if (method === "HEAD" && body === "") return null;
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    return `not JSON: ${body.slice(0, 200)}`;
  }
  if (/^\/(healthz|readyz)/.test(target)) return null;
  const messages: unknown[] = Array.isArray(value) ? value : [value];
  return messages.map(shapeOfMessage).find((problem) => problem !== null) ?? null;
}

function shapeOfEvents(body: string): string | null {
  for (const line of body.split("\n")) {
    if (!/^(event|data|id|retry)?:|^$/.test(line)) return `no event: ${line.slice(0, 200)}`;
    const data = /^data: (\{.*)$/.exec(line)?.[1];
    if (data === undefined) continue;
    try {
      const problem = shapeOfMessage(JSON.parse(data));
      if (problem !== null) return problem;
    } catch {
      return `an event that is not JSON: ${data.slice(0, 200)}`;
    }
  }
  return null;
}

function shapeOfMessage(message: unknown): string | null {
  const shown = JSON.stringify(message).slice(0, 200);
  if (typeof message !== "object" || message === null) return `no JSON-RPC: ${shown}`;
  const { jsonrpc, id, result, error, method } = message as Record<string, unknown>;
  if (jsonrpc !== "2.0") return `no JSON-RPC 2.0: ${shown}`;
  if (typeof method === "string") return null;
  if (id !== null && !["string", "number"].includes(typeof id)) return `a wrong id: ${shown}`;
  if (error === undefined) {
    return typeof result === "object" && result !== null
      ? null
      : `neither result nor error: ${shown}`;
  }
  const { code, message: text } = error as { code?: unknown; message?: unknown };
  if (!Number.isInteger(code) || typeof text !== "string") return `a wrong error: ${shown}`;
  return /[\n\r]/.test(text) ? `an error of several lines: ${shown}` : null;
}

/** Whether HTTP itself leaves no doubt about the request. */
function isOrderly({ door, framing, headers }: Shot): boolean {
  return door !== "odd" && ["length", "chunked"].includes(framing) &&
    headers.every(([name, value]) => TAME.test(name) && /^[\x20-\x7e]{0,4000}$/.test(value));
}
