import assert from "node:assert/strict";
import { Site } from "../site.ts";
import { openBrowser } from "../support/browser.ts";
import { readPng } from "../support/png.ts";
import { connectHost, inBrowser } from "../support/app_host.ts";

async function draw(site: Site, args: Record<string, unknown>, format = "json") {
  const params = { name: "get_metrics", arguments: { ...args, plot: true }, format };
  const { json } = await site.post({ method: "tools/call", params });
  return json.result;
}

Deno.test("plot adds a picture to what get_metrics answers, and nothing else", async () => {
  await using site = await Site.start({ now: () => new Date("2026-11-26T12:00:00Z") });
  for (const place of [{ vmid: "web1" }, { node: "pve1" }, { storage: "nfs1" }]) {
    for (const format of ["json", "text"]) {
      const { content: [text, picture, ...more], structuredContent } = await draw(
        site,
        place,
        format,
      );
      const plain = await site.call("get_metrics", place);
      assert.deepEqual(structuredContent, plain.value);
      if (format === "json") assert.equal(text.text, plain.text);
      assert.deepEqual([picture.type, picture.mimeType, more], ["image", "image/png", []]);
      const { width, height } = readPng(Uint8Array.fromBase64(picture.data));
      assert.equal(width, 900);
      assert.ok(height > 200 && height < 1200, String(height));
    }
  }
  const client = await connectHost(site);
  await client.listTools();
  const { content } = await client.callTool({
    name: "get_metrics",
    arguments: { vmid: 100, plot: true },
  });
  await client.close();
  assert.deepEqual(content.map(({ type }) => type), ["text", "image"]);
});

Deno.test("over plain HTTP the picture is the answer", async () => {
  await using site = await Site.start();
  const post = (args: Record<string, unknown>) =>
    fetch(`${site.root}/api/get_metrics`, {
      method: "POST",
      headers: site.headers(),
      body: JSON.stringify(args),
    });
  const response = await post({ vmid: 100, plot: true, timeframe: "day" });
  assert.deepEqual([response.status, response.headers.get("content-type")], [200, "image/png"]);
  const bytes = await response.bytes();
  assert.equal(readPng(bytes).width, 900);
  assert.equal((await (await post({ vmid: 100 })).json()).columns[0], "time");

  const browser = await openBrowser();
  await using _ = { [Symbol.asyncDispose]: () => browser.close() };
  const page = await browser.newPage();
  await page.setContent(`<img src="data:image/png;base64,${bytes.toBase64()}">`);
  const size = await page.locator("img").evaluate(
    inBrowser("each.decode().then(() => [each.naturalWidth, each.naturalHeight])"),
  );
  assert.deepEqual(size, [900, readPng(bytes).height]);
});

Deno.test("where nothing was measured there is no picture, and that is said", async () => {
  await using site = await Site.start();
  const { content, structuredContent } = await draw(site, { vmid: 101 });
  assert.equal(content.length, 1);
  assert.deepEqual(structuredContent.warnings, ["nothing was measured: there is nothing to draw"]);
  assert.equal((await site.call("get_metrics", { vmid: 101 })).value.warnings, undefined);
});
