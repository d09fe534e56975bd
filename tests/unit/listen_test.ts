import assert from "node:assert/strict";
import { loadConfig } from "../../lib/config/config.ts";
import { AppError } from "../../lib/errors.ts";
import { type Handle, listen } from "../../lib/http/listen.ts";
import { makeCertificate } from "../fake_pve/certificate.ts";
import { Folder } from "../support/folder.ts";

async function serverSection(folder: Folder, tls: boolean, port = 0) {
  const config = await folder.write("config.json", {
    proxmox: { host: "pve" },
    auth: { user: "a@pve", token_name: "t", token_value: "x" },
    server: { port, ...(tls ? { tls: { cert_file: "cert.pem", key_file: "key.pem" } } : {}) },
  });
  return (await loadConfig({ file: config, env: () => undefined })).server;
}

async function install(folder: Folder) {
  const certificate = await makeCertificate("pve1");
  await folder.write("cert.pem", certificate.certPem);
  await folder.write("key.pem", certificate.keyPem);
  return certificate;
}

async function get(port: number, caPem: string): Promise<string> {
  using client = Deno.createHttpClient({ caCerts: [caPem], poolMaxIdlePerHost: 0 });
  const response = await fetch(`https://127.0.0.1:${port}/`, { client });
  return await response.text();
}

function refusal(message: RegExp) {
  return (error: unknown) => error instanceof AppError && message.test(error.message);
}

Deno.test("listen takes a renewed certificate without ending what is under way", async () => {
  await using folder = await Folder.make();
  const old = await install(folder);
  const released = Promise.withResolvers<void>();
  const arrived = Promise.withResolvers<void>();
  let slow = true;
  const handle: Handle = async () => {
    if (!slow) return new Response("fast");
    slow = false;
    arrived.resolve();
    await released.promise;
    return new Response("slow");
  };
  const listener = await listen(await serverSection(folder, true), handle);
  const { port } = listener.address;
  const pending = get(port, old.caPem);
  await arrived.promise;
  assert.equal(await listener.reloadCertificate(), false);
  const renewed = await install(folder);
  assert.equal(await listener.reloadCertificate(), true);
  assert.equal(await get(port, renewed.caPem), "fast");
  await assert.rejects(get(port, old.caPem), TypeError);
  released.resolve();
  assert.equal(await pending, "slow");
  await listener.shutdown();
  await listener.finished;
});

Deno.test("listen keeps its certificate when the new files do not fit", async () => {
  await using folder = await Folder.make();
  const old = await install(folder);
  const listener = await listen(await serverSection(folder, true), () => new Response("ok"));
  await folder.write("key.pem", (await makeCertificate("pve1")).keyPem);
  await assert.rejects(
    listener.reloadCertificate(),
    refusal(/Cannot use server\.tls\.cert_file .*cert\.pem: .*key\.pem is not its key$/),
  );
  const encrypted = `-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n`;
  const cut = old.keyPem.slice(0, 80);
  for (
    const [name, content, reason] of [
      ["key.pem", "nothing", /: it holds no PEM private key$/],
      ["key.pem", old.certPem, /: it holds no PEM private key$/],
      ["key.pem", encrypted, /: its key is encrypted: `openssl pkey -in FILE` writes it without /],
      ["key.pem", cut, /: (?!it holds).+$/],
      ["cert.pem", "nothing", /: it holds no PEM certificate$/],
      ["cert.pem", old.certPem.slice(0, 200), /: (?!it holds).+$/],
    ] as const
  ) {
    await install(folder);
    await folder.write(name, content);
    const kind = name.replace(".pem", "_file");
    const named = refusal(
      new RegExp(`^Cannot use server\\.tls\\.${kind} .*${name}${reason.source}`),
    );
    await assert.rejects(listener.reloadCertificate(), named);
  }
  await Deno.remove(folder.at("cert.pem"));
  await assert.rejects(
    listener.reloadCertificate(),
    refusal(/^Cannot read server\.tls\.cert_file .*cert\.pem: no such file or folder$/),
  );
  assert.equal(await get(listener.address.port, old.caPem), "ok");
  await listener.shutdown();
});

Deno.test("listen notices a port in use and an address that is not there", async () => {
  await using folder = await Folder.make();
  await install(folder);
  for (const tls of [false, true]) {
    using taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    await assert.rejects(
      listen(await serverSection(folder, tls, taken.addr.port), () => new Response()),
      refusal(/^Cannot listen on 127\.0\.0\.1:\d+: the port is in use; /),
    );
  }
  const elsewhere = { ...await serverSection(folder, false), host: "192.0.2.1" };
  await assert.rejects(
    listen(elsewhere, () => new Response()),
    refusal(/^Cannot listen on 192\.0\.2\.1:0: this machine has no such address$/),
  );
});

/** A greeting that fits in everything but its newest version, TLS 1.1 as `minor` 2. */
function greeting(minor: number): Uint8Array<ArrayBuffer> {
  const groups = [0, 10, 0, 4, 0, 2, 0, 23];
  const signatures = [0, 13, 0, 4, 0, 2, 4, 3];
  const points = [0, 11, 0, 2, 1, 0];
  const extensions = [...groups, ...signatures, ...points];
  const ciphers = [0, 2, 0xc0, 0x2b];
  const random = new Uint8Array(32);
  const hello = [3, minor, ...random, 0, ...ciphers, 1, 0, 0, extensions.length, ...extensions];
  const handshake = [1, 0, 0, hello.length, ...hello];
  return new Uint8Array([22, 3, 1, 0, handshake.length, ...handshake]);
}

async function firstAnswer(port: number, minor: number): Promise<number[]> {
  using connection = await Deno.connect({ hostname: "127.0.0.1", port });
  await connection.write(greeting(minor));
  const answer = new Uint8Array(7);
  await connection.read(answer);
  return [...answer];
}

Deno.test("listen speaks TLS 1.2 and later only", async () => {
  await using folder = await Folder.make();
  await install(folder);
  const listener = await listen(await serverSection(folder, true), () => new Response("ok"));
  const { port } = listener.address;
  assert.equal((await firstAnswer(port, 3))[0], 22, "a handshake goes on");
  const [type, , , , , level, description] = await firstAnswer(port, 2);
  assert.deepEqual([type, level, description], [21, 2, 70], "alert, fatal, protocol_version");
  await listener.shutdown();
});

Deno.test("over TLS an answer's head does not go ahead of its body, which would wait for its acknowledgement", async () => {
  await using folder = await Folder.make();
  const { caPem } = await install(folder);
  const body = "x".repeat(5_000);
  const listener = await listen(await serverSection(folder, true), () => new Response(body));
  const { port } = listener.address;
  using connection = await Deno.connectTls({ hostname: "127.0.0.1", port, caCerts: [caPem] });
  const request = new TextEncoder().encode("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  const read = new Uint8Array(16_384);
  for (let count = 0; count < 5; count++) {
    await connection.write(request);
    const answer = new TextDecoder().decode(read.subarray(0, await connection.read(read) ?? 0));
    assert.match(answer, /^HTTP\/1\.1 200 /);
    assert.ok(answer.includes(body), "the rest of the answer comes later");
  }
  await listener.shutdown();
});

Deno.test("listen tells that systemd hands a renewed key over only as the service starts", async () => {
  await using folder = await Folder.make();
  await Deno.mkdir(folder.at("credentials", "m.service"), { recursive: true });
  const section = await serverSection(folder, true);
  const { certPem } = await makeCertificate("pve1");
  const { keyPem } = await makeCertificate("pve1");
  const tls = {
    cert_file: await folder.write("cert.pem", certPem),
    key_file: await folder.write("credentials/m.service/key.pem", keyPem),
  };
  await assert.rejects(
    listen({ ...section, tls }, () => new Response("ok")),
    refusal(/key\.pem is not its key as systemd handed it over: restart the service$/),
  );
});
