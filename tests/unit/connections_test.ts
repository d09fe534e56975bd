import assert from "node:assert/strict";
import { type Config, loadConfig } from "../../lib/config/config.ts";
import { AppError } from "../../lib/errors.ts";
import { type Patience, ServedConnection } from "../../lib/http/served_connection.ts";
import { type Handle, listen, type Listener, type ListenOptions } from "../../lib/http/listen.ts";
import { makeCertificate } from "../fake_pve/certificate.ts";
import { Folder } from "../support/folder.ts";
import { until } from "../support/until.ts";

const HOUR = 3_600_000;
const PATIENT: Patience = { head: HOUR, idle: HOUR };
const REQUEST = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";

async function sectionOf(folder: Folder, more: Record<string, unknown> = {}) {
  const file = await folder.write("config.json", {
    proxmox: { host: "pve" },
    auth: { user: "a@pve", token_name: "t", token_value: "x" },
    server: { port: 0, ...more },
  });
  return (await loadConfig({ file, env: () => undefined })).server;
}

/** A listener that is taken down at the end of the test, whatever its clients do. */
class Served implements AsyncDisposable {
  readonly listener: Listener;
  readonly #folder: Folder;

  private constructor(listener: Listener, folder: Folder) {
    this.listener = listener;
    this.#folder = folder;
  }

  static async start(
    handle: Handle,
    options: ListenOptions & { server?: Record<string, unknown> } = {},
  ): Promise<Served> {
    const folder = await Folder.make();
    const section: Config["server"] = await sectionOf(folder, options.server);
    return new Served(await listen(section, handle, options), folder);
  }

  connect(): Promise<Client> {
    return Client.connect(this.listener.address.port);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = this.listener.shutdown();
    this.listener.destroy();
    await closed;
    await this.#folder[Symbol.asyncDispose]();
  }
}

class Client implements Disposable {
  readonly #connection: Deno.Conn;

  private constructor(connection: Deno.Conn) {
    this.#connection = connection;
  }

  static async connect(port: number): Promise<Client> {
    return new Client(await Deno.connect({ hostname: "127.0.0.1", port }));
  }

  async send(text: string): Promise<void> {
    await this.#connection.write(new TextEncoder().encode(text));
  }

  /** What arrives next; empty when the server has closed the connection. */
  async read(): Promise<string> {
    const bytes = new Uint8Array(4_096);
    const count = await this.#connection.read(bytes).catch(() => null);
    return new TextDecoder().decode(bytes.subarray(0, count ?? 0));
  }

  async closed(): Promise<boolean> {
    while (await this.read() !== "");
    return true;
  }

  close(): void {
    this.#connection.close();
  }

  [Symbol.dispose](): void {
    this.#connection.close();
  }
}

Deno.test("a connection without a whole header is closed, from its first byte or without one", async () => {
  await using served = await Served.start(() => new Response("ok"), {
    patience: { head: 60, idle: 60 },
  });
  using silent = await served.connect();
  using slow = await served.connect();
  await slow.send("GET / HTTP/1.1\r\nHost: x\r\nA");
  using second = await served.connect();
  await second.send(REQUEST);
  assert.match(await second.read(), /^HTTP\/1\.1 200 .*ok$/s);
  assert.ok(await silent.closed());
  assert.ok(await slow.closed());
  await second.send("GET");
  assert.ok(await second.closed(), "the next request's header may not take for ever either");
});

Deno.test("idle connections are closed, and those that are answered are not", async () => {
  const { promise: released, resolve: release } = Promise.withResolvers<void>();
  const { promise: arrived, resolve: arrive } = Promise.withResolvers<void>();
  const handle: Handle = async (request) => {
    if (!request.url.endsWith("/slow")) return new Response("fast");
    arrive();
    await released;
    return new Response("slow");
  };
  await using served = await Served.start(handle, { patience: { ...PATIENT, idle: 60, head: 60 } });
  using slow = await served.connect();
  await slow.send("GET /slow HTTP/1.1\r\nHost: localhost\r\n\r\n");
  await arrived;
  using idle = await served.connect();
  await idle.send(REQUEST);
  assert.match(await idle.read(), /fast/);
  assert.ok(await idle.closed());
  release();
  assert.match(await slow.read(), /^HTTP\/1\.1 200 .*slow$/s);
});

Deno.test("a body that goes on after its answer is not taken for ever", async () => {
  await using served = await Served.start(() => new Response("no", { status: 401 }), {
    patience: { ...PATIENT, idle: 60 },
  });
  using client = await served.connect();
  await client.send("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000\r\n\r\nab");
  assert.match(await client.read(), /^HTTP\/1\.1 401 /);
  assert.ok(await client.closed());
});

Deno.test("who does not take an answer loses the connection", async () => {
  const { promise: gone, resolve } = Promise.withResolvers<void>();
  const handle: Handle = (request) => {
    request.signal.addEventListener("abort", () => resolve());
    return new Response("x".repeat(16 * 1024 * 1024));
  };
  await using served = await Served.start(handle, { patience: { ...PATIENT, idle: 60 } });
  using client = await served.connect();
  await client.send(REQUEST);
  await gone;
});

Deno.test("an answer in parts that is not taken does not keep its connection for ever", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  using client = await Client.connect(listener.addr.port);
  const { promise: closed, resolve } = Promise.withResolvers<unknown>();
  const parts = Array(256).fill(new Uint8Array(64 * 1024));
  const connection = new ServedConnection(await listener.accept(), {
    handle: () => new Response(ReadableStream.from(parts)),
    now: () => performance.now(),
    onClose: resolve,
  });
  await client.send(REQUEST);
  await until(() => connection.isLate({ head: HOUR, idle: 60 }));
  connection.destroy();
  await closed;
});

Deno.test("a client that hangs up while its answer is made is noticed", async () => {
  const { promise: gone, resolve } = Promise.withResolvers<void>();
  const { promise: arrived, resolve: arrive } = Promise.withResolvers<void>();
  const handle: Handle = async ({ signal }) => {
    signal.addEventListener("abort", () => resolve());
    arrive();
    await gone;
    return new Response();
  };
  await using served = await Served.start(handle);
  const client = await served.connect();
  await client.send(REQUEST);
  await arrived;
  client[Symbol.dispose]();
  await gone;
});

Deno.test("HTTP/2 is spoken with and without TLS; idle sessions end, streams under way do not", async () => {
  const { promise: released, resolve: release } = Promise.withResolvers<void>();
  const handle: Handle = async (request, peer) => {
    const { host } = new URL(request.url);
    if (request.method === "POST") return new Response(`${host} ${peer} ${await request.text()}`);
    const events = new ReadableStream<Uint8Array>({
      start: async (controller) => {
        controller.enqueue(new TextEncoder().encode("data: 1\n\n"));
        await released;
        controller.enqueue(new TextEncoder().encode("data: 2\n\n"));
        controller.close();
      },
    });
    return new Response(events, { headers: { "content-type": "text/event-stream" } });
  };
  await using folder = await Folder.make();
  const certificate = await makeCertificate("pve1");
  await folder.write("cert.pem", certificate.certPem);
  await folder.write("key.pem", certificate.keyPem);
  const server = { tls: { cert_file: folder.at("cert.pem"), key_file: folder.at("key.pem") } };
  await using served = await Served.start(handle, {
    server,
    patience: { ...PATIENT, idle: 1_000, head: 1_000 },
  });
  const { port } = served.listener.address;
  const url = `https://127.0.0.1:${port}/`;
  using client = Deno.createHttpClient({ caCerts: [certificate.caPem], http1: false, http2: true });
  const body = "x".repeat(1_000_000);
  const posted = await fetch(url, { client, method: "POST", body });
  assert.ok(await posted.text() === `127.0.0.1:${port} 127.0.0.1 ${body}`);
  const events = (await fetch(url, { client })).body?.getReader();
  const decoder = new TextDecoder();
  assert.equal(decoder.decode((await events?.read())?.value), "data: 1\n\n");
  const idle = await Deno.connectTls({
    hostname: "127.0.0.1",
    port,
    caCerts: [certificate.caPem],
    alpnProtocols: ["h2"],
  });
  await idle.write(new TextEncoder().encode("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"));
  await idle.write(new Uint8Array([0, 0, 0, 4, 0, 0, 0, 0, 0]));
  while (await idle.read(new Uint8Array(1_024)).catch(() => null) !== null);
  idle.close();
  release();
  assert.equal(decoder.decode((await events?.read())?.value), "data: 2\n\n");
  assert.equal((await events?.read())?.done, true);

  await using plain = await Served.start(() => new Response("ok"));
  using known = await plain.connect();
  await known.send("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
  await known.send("\0\0\0\x04\0\0\0\0\0");
  assert.equal((await known.read()).charCodeAt(3), 4, "the server's settings");
});

Deno.test("an address holds a quarter of all connections; only those that wait give way", async () => {
  const { promise: released, resolve: release } = Promise.withResolvers<void>();
  let arrived = 0;
  const handle: Handle = async () => {
    arrived++;
    await released;
    return new Response("ok");
  };
  await using served = await Served.start(handle, { server: { max_connections: 40 } });
  const clients: Client[] = [];
  for (let at = 0; at < 10; at++) clients.push(await served.connect());
  const [first, ...others] = clients;
  using eleventh = await served.connect();
  assert.ok(await first?.closed(), "the one that has waited longest");
  const busy = [...others, eleventh];
  for (const client of busy) await client.send(REQUEST);
  await until(() => arrived === 10);
  using refused = await served.connect();
  assert.ok(await refused.closed());
  release();
  for (const client of busy) assert.match(await client.read(), /ok$/);
  for (const client of clients) client[Symbol.dispose]();

  await using proxied = await Served.start(() => new Response("ok"), {
    server: { max_connections: 40 },
    shared: (address) => address === "127.0.0.1",
  });
  const many: Client[] = [];
  for (let at = 0; at < 41; at++) many.push(await proxied.connect());
  const [oldest, ...rest] = many;
  assert.ok(await oldest?.closed(), "41 are one too many in all");
  for (const client of rest) await client.send(REQUEST);
  for (const client of rest) assert.match(await client.read(), /ok$/);
  for (const client of many) client[Symbol.dispose]();
});

/** A listener whose connections come from these addresses, one after the other. */
function from(addresses: readonly string[]): NonNullable<ListenOptions["open"]> {
  const left = [...addresses];
  return (address) => {
    const listener = Deno.listen(address);
    const accept = listener.accept.bind(listener);
    const accepted = async () => {
      const connection = await accept();
      const remoteAddr = { ...connection.remoteAddr, hostname: left.shift() };
      return Object.defineProperty(connection, "remoteAddr", { value: remoteAddr });
    };
    return Object.assign(listener, { accept: accepted });
  };
}

Deno.test("all addresses of an IPv6 network hold a quarter together, a proxy among them for itself", async () => {
  const proxy = "2001:db8::ff";
  const near = Array.from({ length: 10 }, (_, host) => `2001:db8::${host + 1}`);
  await using served = await Served.start(() => new Response("ok"), {
    server: { max_connections: 40 },
    shared: (address) => address === proxy,
    open: from([...near, proxy, "2001:db8:0:1::1", "2001:db8::a:b"]),
  });
  const clients: Client[] = [];
  for (let at = 0; at < 13; at++) clients.push(await served.connect());
  const [first, ...others] = clients;
  for (const client of others) await client.send(REQUEST);
  for (const client of others) assert.match(await client.read(), /ok$/);
  await first?.send(REQUEST).catch(() => {});
  assert.equal(await first?.read(), "", "the one of that network that has waited longest");
  for (const client of clients) client[Symbol.dispose]();
});

Deno.test("out of file descriptors, the listener makes room and goes on", async () => {
  await using folder = await Folder.make();
  await sectionOf(folder);
  const script = 'ulimit -n 64; exec "$0" run --no-prompt -A "$@"';
  const child = new Deno.Command("sh", {
    args: [
      ...["-c", script, Deno.execPath()],
      ...[
        new URL("../support/listen_child.ts", import.meta.url).pathname,
        folder.at("config.json"),
      ],
    ],
    stdout: "piped",
  }).spawn();
  const lines = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  const port = Number((await lines.read()).value);
  const idle: Client[] = [];
  try {
    for (let at = 0; at < 200; at++) idle.push(await Client.connect(port));
    using client = await Client.connect(port);
    await client.send(REQUEST);
    assert.match(await client.read(), /^HTTP\/1\.1 200 .*ok$/s);
  } finally {
    for (const client of idle) client[Symbol.dispose]();
    child.kill();
  }
  let told = "";
  for (let read = await lines.read(); !read.done; read = await lines.read()) told += read.value;
  assert.match(told, /^Out of file descriptors with \d+ connections: [^\n]*\n$/, "told once");
  await child.status;
});

/** A listener that fails in `accept` so often before it works. */
function failing(times: number): NonNullable<ListenOptions["open"]> {
  let left = times;
  return (address) => {
    const listener = Deno.listen(address);
    const accept = listener.accept.bind(listener);
    const broken = () => left-- > 0 ? Promise.reject(new Error("broken")) : accept();
    return Object.assign(listener, { accept: broken });
  };
}

Deno.test("listening that ends unasked is taken up again, or told when that cannot be", async () => {
  const told: string[] = [];
  const options = { open: failing(2), onProblem: (line: string) => void told.push(line) };
  await using served = await Served.start(() => new Response("ok"), options);
  await until(() => told.length === 2);
  await until(() => served.connect().then((probe) => probe.close() === undefined, () => false));
  using client = await served.connect();
  await client.send(REQUEST);
  assert.match(await client.read(), /ok$/);
  assert.deepEqual(told, Array(2).fill("Listening has ended: broken: listening again"));
  await using broken = await Served.start(() => new Response("ok"), { open: failing(1_000) });
  await assert.rejects(
    broken.listener.finished,
    (error) =>
      error instanceof AppError &&
      /^Cannot go on listening on 127\.0\.0\.1:\d+: broken$/.test(error.message),
  );
});
