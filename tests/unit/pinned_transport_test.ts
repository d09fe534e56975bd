import assert from "node:assert/strict";
import { createServer as createHttpsServer } from "node:https";
import type { Socket } from "node:net";
import { createServer, type TLSSocket } from "node:tls";
import { createPinnedTransport } from "../../lib/upstream/pinned_transport.ts";
import { startFakePve } from "../fake_pve.ts";
import { makeCertificate } from "../fake_pve/certificate.ts";
import { until } from "../support/until.ts";

const TIMEOUT_MS = 5_000;

function init(extra: { method?: string; body?: string; signal?: AbortSignal } = {}) {
  return {
    method: "GET",
    headers: { authorization: "x" },
    ...extra,
    signal: extra.signal ?? never(),
  };
}

function never(): AbortSignal {
  return new AbortController().signal;
}

async function certificate() {
  const { certPem, keyPem, fingerprint } = await makeCertificate("pve1");
  return {
    cert: certPem,
    key: keyPem,
    fingerprint: fingerprint.replaceAll(":", "").toLowerCase(),
  };
}

async function withServer(
  handle: (
    request: Request,
    info: Deno.ServeHandlerInfo<Deno.NetAddr>,
  ) => Response | Promise<Response>,
  work: (url: URL, fingerprint: string) => Promise<void>,
): Promise<void> {
  const { cert, key, fingerprint } = await certificate();
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, cert, key, onListen: () => {} },
    handle,
  );
  try {
    await work(new URL(`https://127.0.0.1:${server.addr.port}/x?y=1`), fingerprint);
  } finally {
    await server.shutdown();
  }
}

Deno.test("createPinnedTransport talks to the pinned certificate, whatever its name, on one connection", async () => {
  const peers = new Set<number>();
  await withServer(async (request, info) => {
    peers.add(info.remoteAddr.port);
    const url = new URL(request.url);
    return Response.json({
      method: request.method,
      path: url.pathname + url.search,
      body: await request.text(),
    });
  }, async (url, fingerprint) => {
    using transport = createPinnedTransport({ fingerprint, timeoutMs: TIMEOUT_MS });
    const got = await transport(url, init());
    assert.deepEqual(await got.json(), { method: "GET", path: "/x?y=1", body: "" });
    const posted = await transport(url, init({ method: "POST", body: '{"ä":1}' }));
    assert.deepEqual(await posted.json(), { method: "POST", path: "/x?y=1", body: '{"ä":1}' });
    assert.equal(peers.size, 1);
  });
});

Deno.test("createPinnedTransport without a fingerprint talks to any certificate", async () => {
  await withServer(() => new Response("ok"), async (url) => {
    using transport = createPinnedTransport({ fingerprint: null, timeoutMs: TIMEOUT_MS });
    assert.equal(await (await transport(url, init())).text(), "ok");
  });
});

Deno.test("createPinnedTransport passes an unusual status and an empty body on", async () => {
  await withServer(() => new Response(null, { status: 595 }), async (url, fingerprint) => {
    using transport = createPinnedTransport({ fingerprint, timeoutMs: TIMEOUT_MS });
    const got = await transport(url, init());
    assert.equal(got.status, 595);
    assert.equal(await got.text(), "");
  });
});

Deno.test("createPinnedTransport sends no byte to another certificate", async () => {
  const { cert, key, fingerprint } = await certificate();
  let bytes = 0;
  const sockets = new Set<TLSSocket>();
  const server = createServer({ cert, key }, (socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    socket.on("data", (data) => bytes += data.length);
  });
  const listening = Promise.withResolvers<void>();
  server.listen(0, "127.0.0.1", () => listening.resolve());
  await listening.promise;
  const address = server.address();
  const port = typeof address === "object" ? address?.port : 0;
  using transport = createPinnedTransport({
    fingerprint: fingerprint.replace(/^./, (digit) => digit === "0" ? "1" : "0"),
    timeoutMs: TIMEOUT_MS,
  });
  const url = new URL(`https://127.0.0.1:${port}/`);
  const body = "x".repeat(100_000);
  await assert.rejects(
    transport(url, init({ method: "POST", body })),
    (error: Error) => /fingerprint mismatch/.test(error.message),
  );
  const closed = Promise.withResolvers<void>();
  server.close(() => closed.resolve());
  for (const socket of sockets) socket.destroy();
  await closed.promise;
  assert.equal(bytes, 0);
});

Deno.test("createPinnedTransport ends with the signal's reason", async () => {
  const hang = Promise.withResolvers<Response>();
  const arrived = Promise.withResolvers<void>();
  await withServer(() => {
    arrived.resolve();
    return hang.promise;
  }, async (url, fingerprint) => {
    using transport = createPinnedTransport({ fingerprint, timeoutMs: TIMEOUT_MS });
    const controller = new AbortController();
    const failed = assert.rejects(
      transport(url, init({ signal: controller.signal })),
      (error: Error) => error.message === "enough",
    );
    await arrived.promise;
    controller.abort(new Error("enough"));
    await failed;
    hang.resolve(new Response());
  });
});

Deno.test("createPinnedTransport gives up on a server that does not speak TLS", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  using transport = createPinnedTransport({ fingerprint: "0".repeat(64), timeoutMs: 50 });
  await assert.rejects(
    transport(new URL(`https://127.0.0.1:${listener.addr.port}/`), init()),
    (error: Error) => /unreachable: no TLS connection within 50 ms/.test(error.message),
  );
});

Deno.test("createPinnedTransport passes the status line's text on", async () => {
  await using fake = await startFakePve();
  const fingerprint = fake.fingerprint.replaceAll(":", "").toLowerCase();
  using transport = createPinnedTransport({ fingerprint, timeoutMs: TIMEOUT_MS });
  const response = await transport(new URL(`${fake.url}/api2/json/nodes`), init());
  assert.deepEqual(
    [response.status, response.statusText, await response.text()],
    [401, "No ticket", ""],
  );
});

Deno.test("createPinnedTransport sends a request once, though its connection was kept alive and breaks", async () => {
  await using fake = await startFakePve();
  const fingerprint = fake.fingerprint.replaceAll(":", "").toLowerCase();
  using transport = createPinnedTransport({ fingerprint, timeoutMs: TIMEOUT_MS });
  const url = new URL(`${fake.url}/api2/json/nodes`);
  const send = async (method: string, signal = never()) => {
    const response = await transport(url, init({ method, signal }));
    await response.text();
  };
  await send("GET");
  fake.fault({ method: "POST" }, { kind: "drop" });
  await assert.rejects(send("POST"));
  await send("GET");
  fake.fault({ method: "PUT" }, { kind: "hang" });
  const controller = new AbortController();
  const given = assert.rejects(send("PUT", controller.signal), { message: "enough" });
  await until(() => fake.requests.some(({ method }) => method === "PUT"));
  controller.abort(new Error("enough"));
  await given;
  await until(() => fake.unanswered === 0);
  await send("GET");
  assert.deepEqual(fake.requests.map(({ method }) => method), ["GET", "POST", "GET", "PUT", "GET"]);
});

Deno.test("createPinnedTransport passes a redirect on and does not follow it", async () => {
  const asked: string[] = [];
  await using elsewhere = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    ({ url }) => {
      asked.push(url);
      return new Response();
    },
  );
  await withServer(({ method, url }) => {
    asked.push(`${method} ${new URL(url).pathname}`);
    const location = `http://127.0.0.1:${elsewhere.addr.port}/`;
    return new Response(null, { status: 307, headers: { location } });
  }, async (url, fingerprint) => {
    using transport = createPinnedTransport({ fingerprint, timeoutMs: TIMEOUT_MS });
    for (const method of ["GET", "POST"]) {
      const answer = await transport(url, init({ method }));
      assert.equal(answer.status, 307);
      await answer.body?.cancel();
    }
  });
  assert.deepEqual(asked, ["GET /x", "POST /x"]);
});

Deno.test("createPinnedTransport closes connections that nobody needs, but none that is waited for", async () => {
  const { cert, key, fingerprint } = await certificate();
  const open = new Set<Socket>();
  const server = createHttpsServer({ cert, key }, (_, response) => {
    // Far longer than a connection is kept without need.
    setTimeout(() => response.end("late"), 500);
  });
  server.on("connection", (socket: Socket) => {
    open.add(socket);
    socket.on("close", () => open.delete(socket));
  });
  const listening = Promise.withResolvers<void>();
  server.listen(0, "127.0.0.1", () => listening.resolve());
  await listening.promise;
  const { port } = server.address() as { port: number };
  using transport = createPinnedTransport({ fingerprint, timeoutMs: TIMEOUT_MS, idleMs: 50 });
  const url = new URL(`https://127.0.0.1:${port}/`);
  const asked = [transport(url, init()), transport(url, init())];
  const texts = await Promise.all(asked.map(async (each) => (await each).text()));
  assert.deepEqual(texts, ["late", "late"]);
  await until(() => open.size === 0);
  const closed = Promise.withResolvers<void>();
  server.close(() => closed.resolve());
  await closed.promise;
});
