import { say, serveLines } from "./child.ts";

/**
 * What the program is held against: a handler that checks one header, asks Proxmox once over a kept-alive
 * connection and hands its JSON on, or gives a text of so many bytes.
 */
const [port = "", ca = "", authorization = ""] = Deno.args;
const client = Deno.createHttpClient({ caCerts: [ca], poolMaxIdlePerHost: 64, http2: false });
const headers = { authorization };

async function answer(request: Request): Promise<Response> {
  if (request.headers.get("authorization") !== "Bearer bare") {
    return new Response(null, { status: 401 });
  }
  const { pathname, search } = new URL(request.url);
  await request.text();
  if (pathname.startsWith("/static/")) return json(textOf(Number(pathname.slice(8))));
  const [, method = "GET", ...path] = pathname.split("/");
  const url = `https://127.0.0.1:${port}/${path.join("/")}${search}`;
  const response = await fetch(url, { method, headers, client });
  return Response.json(await response.json());
}

const texts = new Map<number, string>();

function textOf(bytes: number): string {
  const text = texts.get(bytes) ?? JSON.stringify("x".repeat(bytes - 2));
  texts.set(bytes, text);
  return text;
}

function json(text: string): Response {
  return new Response(text, { headers: { "content-type": "application/json" } });
}

const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, answer);
say({ port: server.addr.port });
await serveLines(() => null);
