import {
  INVALID_REQUEST,
  PARSE_ERROR,
  readRequestBody,
  refusal,
  REFUSED,
} from "../mcp/json_rpc.ts";

const MAX_BATCH = 20;

/** The request's JSON, or the answer that refuses it. */
export type ParsedBody = { readonly body: object } | { readonly refused: Response };

/**
 * Reads a JSON body of bounded size: 415 for another content type, 413 for too much (without reading
 * it when `Content-Length` says so), 400 for what is not JSON or neither object nor array.
 */
export async function readJsonBody(request: Request, maxBytes: number): Promise<ParsedBody> {
  const type = request.headers.get("content-type")?.split(";")[0]?.trim().toLowerCase();
  if (type !== "application/json") {
    return refuse(415, REFUSED, "Unsupported content type: send application/json");
  }
  const read = await readRequestBody(request, maxBytes);
  if (read.tooLarge) {
    // A body that names no length may be endless: unless it is given up, its connection stays open.
    await request.body?.cancel();
    return refuse(413, REFUSED, `Request body too large: the limit is ${maxBytes} bytes`);
  }
  let body: unknown;
  try {
    body = JSON.parse(read.text);
  } catch {
    return refuse(400, PARSE_ERROR, "Parse error: the body is not JSON");
  }
  if (typeof body !== "object" || body === null || (Array.isArray(body) && body.length === 0)) {
    return refuse(400, INVALID_REQUEST, "Invalid request: expected a JSON-RPC request object");
  }
  if (Array.isArray(body) && body.length > MAX_BATCH) {
    const message = `Invalid request: a batch holds at most ${MAX_BATCH} messages`;
    return refuse(400, INVALID_REQUEST, message);
  }
  return { body };
}

function refuse(status: number, code: number, message: string): ParsedBody {
  return { refused: refusal(status, { code, message }) };
}
