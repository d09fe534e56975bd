import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";

const DEMO = fileURLToPath(new URL("../demo.ts", import.meta.url));

/** What is answered in a moment, unless it takes days. */
const PATIENCE_MS = 60_000;

async function addressIn(
  output: ReadableStream<Uint8Array>,
): Promise<[url: string, token: string]> {
  let shown = "";
  const { promise, resolve } = Promise.withResolvers<void>();
  void (async () => {
    for await (const text of output.pipeThrough(new TextDecoderStream())) {
      shown += text;
      if (shown.includes("Ctrl-C ends it")) resolve();
    }
    resolve();
  })();
  await promise;
  return [/address +(\S+)/.exec(shown)?.[1] ?? "", /token +(\S+)/.exec(shown)?.[1] ?? ""];
}

Deno.test("no text of a caller's holds the process up", async (t) => {
  // As a process of its own: in this one there would be nobody left to notice.
  await using demo = new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-prompt", "-A", DEMO, "--port", "0"],
    env: { DENO_NO_UPDATE_CHECK: "1" },
    stdout: "piped",
  }).spawn();
  const [url, token] = await addressIn(demo.stdout);
  const call = async (name: string, args: Record<string, unknown>) => {
    const response = await fetch(url, {
      method: "POST",
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      body: JSON.stringify({ method: "tools/call", params: { name, arguments: args } }),
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    return (await response.json()).result;
  };
  const pull = (reference: string) =>
    call("change_api", {
      method: "POST",
      path: "/nodes/pve1/storage/local/oci-registry-pull",
      params: { reference },
      dry_run: true,
    });
  try {
    await t.step("a parameter's name that nearly ends in a number", async () => {
      const params = { [`${"0".repeat(1_000_000)}x`]: 1 };
      const { content: [{ text }] } = await call("call_api", { path: "/version", params });
      assert.match(text, /^Cannot read \/version: 0+/);
    });
    await t.step("a value that a pattern of Proxmox's nearly fits, in ever more ways", async () => {
      const { structuredContent } = await pull(`${"a".repeat(60)}!`);
      assert.equal(structuredContent.dry_run.requests.length, 1, "left for Proxmox to refuse");
      const usual = await pull("docker.io/library/debian:13");
      assert.equal(usual.structuredContent.dry_run.requests.length, 1);
    });
  } finally {
    demo.kill("SIGINT");
    await demo.status;
  }
});
