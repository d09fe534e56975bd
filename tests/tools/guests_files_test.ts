import assert from "node:assert/strict";
import { Site } from "../site.ts";
import { lastChange, testTool } from "./harness.ts";

const files = (site: Site) => {
  const guest = site.fake.state.guests.get(100);
  assert.ok(guest);
  return guest.agent.files;
};

const bytes = (...values: number[]) => String.fromCharCode(...values);

testTool({
  tool: "read_guest_file",
  role: "write",
  args: { vmid: 100, file: "/etc/hostname" },
  request: ["GET", /file-read$/],
  works: (value) =>
    assert.deepEqual(value, {
      content: "guest-100\n",
      encoding: "utf-8",
      bytes_read: 10,
      truncated: false,
    }),
  refuses: [
    { args: { vmid: 101, file: "/x" }, code: "conflict", text: /VM 101 is not running/ },
    { args: { vmid: 102, file: "/x" }, code: "unavailable", text: /install qemu-guest-agent/ },
    { args: { vmid: 200, file: "/x" }, code: "conflict", text: /200 is a container/ },
    { args: { vmid: 100, file: "/nosuch" }, code: "not_found", text: /\/nosuch/ },
    { args: { vmid: 100, file: "" }, code: "invalid", text: /file/ },
  ],
});

Deno.test("read_guest_file gives text as text, other content as base64, and both in parts", async () => {
  await using site = await Site.start();
  const text = "naïve → Ünïcode\n";
  files(site).set("/text", bytes(...new TextEncoder().encode(text)));
  files(site).set("/binary", bytes(0, 1, 255, 254, 10));
  files(site).set("/latin1", bytes(0x63, 0x61, 0x66, 0xe9));
  const read = async (file: string, more = {}) =>
    (await site.call("read_guest_file", { vmid: 100, file, ...more })).value;
  assert.equal((await read("/text")).content, text);
  assert.deepEqual(await read("/binary"), {
    content: "AAH//go=",
    encoding: "base64",
    bytes_read: 5,
    truncated: false,
  });
  assert.equal((await read("/latin1")).encoding, "base64");
  let offset = 0;
  let whole = "";
  for (;;) {
    const part = await read("/text", { offset, max_bytes: 4 });
    assert.equal(part.encoding, "utf-8", `at ${offset}`);
    whole += part.content;
    assert.equal(part.truncated, part.next_offset !== undefined);
    if (!part.truncated) break;
    assert.ok(part.next_offset > offset);
    offset = part.next_offset;
  }
  assert.equal(whole, text);
});

Deno.test("read_guest_file works with a Proxmox that knows neither offset nor count", async () => {
  await using site = await Site.start();
  files(site).set("/text", "0123456789");
  site.fake.fault({ path: /file-read$/ }, {
    kind: "status",
    status: 400,
    message: "Parameter verification failed.\n",
    errors: {
      count:
        "property is not defined in schema and the schema does not allow additional properties",
    },
  });
  const { value, text } = await site.call("read_guest_file", {
    vmid: 100,
    file: "/text",
    offset: 2,
    max_bytes: 3,
  });
  assert.equal(value?.content, "234", text);
  assert.deepEqual([value.truncated, value.next_offset], [true, 5]);
  assert.deepEqual(site.fake.requests.at(-1)?.query, { file: "/text" });
});

testTool({
  tool: "write_guest_file",
  role: "write",
  args: { vmid: 100, file: "/tmp/greeting", content: "hello\n" },
  request: ["POST", /qemu\/100\/agent\/file-write$/],
  works: (value, site) => {
    assert.equal(value.bytes_written, 6);
    assert.equal(files(site).get("/tmp/greeting"), "hello\n");
    assert.deepEqual(lastChange(site).body, { file: "/tmp/greeting", content: "hello\n" });
  },
  refuses: [
    {
      args: { vmid: 101, file: "/x", content: "" },
      code: "conflict",
      text: /VM 101 is stopped; start it first/,
    },
    {
      args: { vmid: 100, file: "/x", content: "x".repeat(61_441) },
      code: "invalid",
      text: /content/,
    },
    {
      args: { vmid: 100, file: "/x", content: "é".repeat(30_000) },
      code: "invalid",
      text: /60000 bytes are more than Proxmox writes at once/,
    },
    {
      args: { vmid: 100, file: "/x", content: "%%%", encoding: "base64" },
      code: "invalid",
      text: /not base64/,
    },
  ],
});

Deno.test("write_guest_file writes text of any script, binary content and the longest text", async () => {
  await using site = await Site.start();
  const write = (file: string, content: string, encoding = "text") =>
    site.call("write_guest_file", { vmid: 100, file, content, encoding });
  const read = async (file: string) =>
    (await site.call("read_guest_file", { vmid: 100, file, max_bytes: 100_000 })).value;
  assert.equal((await write("/t", "Ağaç = 木\n")).isError, false);
  assert.equal(lastChange(site).body.encode, false);
  assert.equal((await read("/t")).content, "Ağaç = 木\n");
  assert.equal((await write("/b", "AAH//go=", "base64")).value?.bytes_written, 5);
  assert.equal((await read("/b")).content, "AAH//go=");
  const longest = await write("/long", "x".repeat(61_440));
  assert.equal(longest.isError, false, longest.text);
  assert.equal((await read("/long")).bytes_read, 61_440);
});
