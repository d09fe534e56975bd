import assert from "node:assert/strict";
import { Client } from "../../lib/proxmox/api/client.ts";
import { apiPath } from "../../lib/upstream/path.ts";
import { createFetchTransport, type Transport } from "../../lib/upstream/transport.ts";

function clientOf(hosts: readonly string[], transport: Transport): Client {
  return new Client({
    hosts,
    port: 8006,
    user: "root@pam",
    tokenName: "mcp",
    tokenValue: "secret",
    timeoutMs: 10,
    transport,
    dial: () => Promise.reject(new Error("not dialled")),
    sleep: () => Promise.resolve(),
    random: () => 0,
    clock: () => 0,
  });
}

/** Never answers; gives up when it is told to. */
function silence(signal: AbortSignal): Promise<Response> {
  return new Promise((_, reject) =>
    signal.addEventListener("abort", () => reject(signal.reason), { once: true })
  );
}

Deno.test("a host that does not answer is not asked first again", async () => {
  const asked: string[] = [];
  const client = clientOf(["10.0.0.1", "10.0.0.2"], (url, { signal }) => {
    asked.push(url.hostname);
    return url.hostname === "10.0.0.1"
      ? silence(signal)
      : Promise.resolve(Response.json({ data: 1 }));
  });
  const { signal } = new AbortController();
  // Both calls find the first host silent: the second failure must not lead back to it.
  const failures = await Promise.allSettled([
    client.request("GET", apiPath("/version"), { signal }),
    client.request("PUT", apiPath("/version"), { signal }),
  ]);
  assert.deepEqual(failures.map(({ status }) => status), ["rejected", "rejected"]);
  await client.request("GET", apiPath("/version"), { signal });
  assert.deepEqual(asked, ["10.0.0.1", "10.0.0.1", "10.0.0.2"]);
});

Deno.test("all hosts are tried when none can be connected to, each once", async () => {
  const asked: string[] = [];
  const client = clientOf(["10.0.0.1", "10.0.0.2"], (url) => {
    asked.push(url.hostname);
    return Promise.reject(new Error("Connection refused"));
  });
  const { signal } = new AbortController();
  await assert.rejects(
    client.request("POST", apiPath("/nodes"), { signal }),
    /cannot reach Proxmox at 10\.0\.0\.2:8006 \(the connection is refused\); nothing was sent/,
  );
  assert.deepEqual(asked, ["10.0.0.1", "10.0.0.2"]);
});

Deno.test("why there is no connection is told in plain words, as fetch and node:tls say it", async () => {
  const cases = [
    ["tcp connect error: Connection refused (os error 111)", "the connection is refused"],
    ["connect ECONNREFUSED 127.0.0.1:8006", "the connection is refused"],
    ["dns error: failed to lookup address information", "there is no address for that name"],
    ["getaddrinfo ENOTFOUND pve9", "there is no address for that name"],
    ["tcp connect error: No route to host (os error 113)", "there is no way to that address"],
    ["connect ENETUNREACH 10.0.0.1:8006", "there is no way to that address"],
    [
      "received corrupt message of type InvalidContentType",
      "what listens there does not speak TLS",
    ],
    ["Fetch failed: Requests to port 1 are blocked", "Deno connects to no such port"],
    ["tcp connect error: Connection timed out (os error 110)", "it does not answer"],
  ] as const;
  const { signal } = new AbortController();
  for (const [reason, told] of cases) {
    const cause = new TypeError("fetch failed", { cause: new Error(`client error: ${reason}`) });
    const client = clientOf(["10.0.0.1"], () => Promise.reject(cause));
    const message = `cannot reach Proxmox at 10.0.0.1:8006 (${told})`;
    await assert.rejects(client.request("GET", apiPath("/version"), { signal }), { message });
  }
  const mismatch =
    'invalid peer certificate: certificate not valid for name "10.0.0.1"; certificate is ' +
    'only valid for DnsName("a.example") or DnsName("b.example")';
  const client = clientOf(["10.0.0.1"], () => Promise.reject(new Error(mismatch)));
  await assert.rejects(
    client.request("GET", apiPath("/version"), { signal }),
    /10\.0\.0\.1:8006 \(certificate not valid for name "10\.0\.0\.1"\); set proxmox\.ca_file/,
  );
});

Deno.test("a total may come as a number or as text, or not at all", async () => {
  const bodies = [{ data: [], total: 7 }, { data: [], total: "1201" }, { data: [] }];
  const client = clientOf(["10.0.0.1"], () => Promise.resolve(Response.json(bodies.shift())));
  const { signal } = new AbortController();
  const read = async () => (await client.request("GET", apiPath("/cluster/log"), { signal })).total;
  assert.deepEqual([await read(), await read(), await read()], [7, 1201, undefined]);
});

Deno.test("guest agents that hang delay nothing else, whoever asks", async () => {
  let hanging = 0;
  const over = new AbortController();
  const { signal } = over;
  const client = clientOf(["10.0.0.1"], ({ pathname }) => {
    if (!pathname.includes("/agent/")) return Promise.resolve(Response.json({ data: "UPID" }));
    hanging++;
    return silence(signal);
  });
  const asked: Promise<unknown>[] = [];
  const ask = (vmid: number) =>
    client.request("GET", apiPath("/nodes/{node}/qemu/{vmid}/agent/info", { node: "pve1", vmid }), {
      caller: "token 1",
      signal,
    });
  for (let call = 0; call < 20; call++) {
    for (let vmid = 101; vmid <= 106; vmid++) asked.push(ask(vmid));
  }
  const path = apiPath("/nodes/{node}/qemu/{vmid}/status/start", { node: "pve1", vmid: 101 });
  const start = await client.request("POST", path, { caller: "token 2", signal });
  assert.equal(start.data, "UPID");
  assert.equal(hanging, 18, "three of a caller may ask an agent at once");
  over.abort();
  await Promise.allSettled(asked);
});

Deno.test("an answer above 8 MiB is not read, and the message names the filters", async () => {
  const rows = `[${"1,".repeat(5 * 1024 * 1024)}1]`;
  let cancelled = 0;
  let mebibytes = 0;
  const endless = (headers: Record<string, string> = {}) =>
    new Response(
      new ReadableStream({
        pull: (controller) => {
          if (++mebibytes > 100) return controller.close();
          controller.enqueue(new Uint8Array(1024 * 1024));
        },
        cancel: () => {
          cancelled++;
        },
      }),
      { headers },
    );
  const answers = [
    () => new Response(rows, { headers: { "content-length": String(rows.length) } }),
    () => endless(),
    () => endless({ "content-length": "20", "transfer-encoding": "chunked" }),
  ];
  for (const answer of answers) {
    const client = clientOf(["10.0.0.1"], () => Promise.resolve(answer()));
    const { signal } = new AbortController();
    const place = { node: "pve1", storage: "nfs1" };
    await assert.rejects(
      client.request("GET", apiPath("/nodes/{node}/storage/{storage}/content", place), { signal }),
      {
        code: "unavailable",
        message:
          "Proxmox's answer to /nodes/pve1/storage/nfs1/content is larger than 8 MiB; ask for less of it by content and vmid",
      },
    );
    await assert.rejects(client.read("/version", signal), /than 8 MiB; ask for less of it$/);
  }
  assert.equal(cancelled, 4);
  // One more is pulled ahead of the reader each time.
  assert.ok(mebibytes <= 4 * 10, `${mebibytes} MiB were read`);
});

Deno.test("a redirect is passed on and not followed, here or elsewhere", async () => {
  const asked: string[] = [];
  const listen = (handler: (path: string) => Response) =>
    Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, ({ method, url }) => {
      const { pathname } = new URL(url);
      asked.push(`${method} ${pathname}`);
      return handler(pathname);
    });
  await using elsewhere = listen(() => Response.json({ data: "taken in" }));
  await using server = listen((path) => {
    const location = path === "/away" ? `http://127.0.0.1:${elsewhere.addr.port}/` : "/other";
    return new Response(null, { status: 307, headers: { location } });
  });
  using send = createFetchTransport([]);
  const { signal } = new AbortController();
  for (const [method, path] of [["GET", "/away"], ["POST", "/away"], ["GET", "/here"]] as const) {
    const url = new URL(path, `http://127.0.0.1:${server.addr.port}`);
    const answer = await send(url, { method, headers: { authorization: "secret" }, signal });
    assert.equal(answer.status, 307);
    await answer.body?.cancel();
  }
  assert.deepEqual(asked, ["GET /away", "POST /away", "GET /here"]);
});
