import assert from "node:assert/strict";
import { setPassword } from "../../lib/auth/user_changes.ts";
import type { BrowserContextOptions, Page } from "playwright-core";
import { hashPassword } from "../../lib/auth/password.ts";
import type { Site } from "../site.ts";
import { openBrowser } from "../support/browser.ts";
import { authorizeUrl, redeem, register, startOwn } from "../support/own_sign_in.ts";
import { freePort } from "../support/port.ts";

const PASSWORD = "correct horse battery";

/** A program on this computer that waits for its browser to come back. */
function startClient() {
  const port = freePort();
  const { promise, resolve } = Promise.withResolvers<URL>();
  const server = Deno.serve({ port, hostname: "127.0.0.1", onListen: () => {} }, ({ url }) => {
    if (url.includes("/callback")) resolve(new URL(url));
    return new Response("<h1>Back</h1>", { headers: { "content-type": "text/html" } });
  });
  return {
    redirect: `http://127.0.0.1:${port}/callback`,
    came: promise,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

/** A site whose user `ada` has a password. */
async function startWithPassword(): Promise<Site> {
  const site = await startOwn();
  await setPassword(site.store, { username: "ada", hash: await hashPassword(PASSWORD) });
  return site;
}

/** Fills the sign-in in by keyboard; the field for the name has the focus. */
async function signIn(page: Page): Promise<void> {
  await page.locator("input:focus").waitFor();
  await page.keyboard.type("ada");
  await page.keyboard.press("Tab");
  await page.keyboard.type(PASSWORD);
  await page.keyboard.press("Enter");
}

Deno.test("a person lets a client in, in a browser", async (t) => {
  await using browser = await openBrowser();
  const visits: [name: string, options: BrowserContextOptions][] = [
    ["on a desk", {}],
    ["on a phone, in the dark", {
      viewport: { width: 360, height: 640 },
      isMobile: true,
      hasTouch: true,
      colorScheme: "dark",
    }],
    ["without scripts", { javaScriptEnabled: false }],
  ];
  for (const [name, options] of visits) {
    await t.step(name, async () => {
      await using site = await startWithPassword();
      await using client = startClient();
      await using context = await browser.newContext(options);
      const clientId = await register(site, { redirect_uris: [client.redirect] });
      const page = await context.newPage();
      const problems: string[] = [];
      page.on("console", (message) => problems.push(message.text()));
      await page.goto(authorizeUrl(site, clientId, { redirect_uri: client.redirect }));
      await signIn(page);
      await page.getByRole("heading", { name: "“Tester” asks to operate Proxmox" }).waitFor();
      const width = page.viewportSize()?.width ?? 0;
      const main = await page.locator("main").boundingBox();
      assert.ok(main && main.x >= 0 && main.x + main.width <= width);
      await page.getByLabel("user: look").check();
      await page.getByLabel("Pools").fill("web");
      await page.getByLabel("30 days").check();
      for (const button of await page.locator(".choice button").all()) {
        assert.ok((await button.boundingBox())!.height >= 44);
      }
      await page.getByRole("button", { name: "Let it in" }).click();
      await page.getByRole("heading", { name: "Back" }).waitFor();
      const back = await client.came;
      const code = back.searchParams.get("code") ?? "";
      const redirect_uri = client.redirect;
      assert.equal((await redeem(site, { clientId, code, redirect_uri })).status, 200);
      const [row] = (await site.store.listTokens()).toReversed();
      assert.deepEqual([row?.permission, row?.limits?.pools], ["read", ["web"]]);
      const days = (row!.expires!.getTime() - Date.now()) / 86_400_000;
      assert.ok(days > 29, "the browser's own session ends sooner");
      assert.deepEqual(problems.filter((text) => !/favicon/.test(text)), []);
    });
  }

  await t.step("by keyboard alone, in Turkish: no", async () => {
    await using site = await startWithPassword();
    await using client = startClient();
    await using context = await browser.newContext({ locale: "tr-TR" });
    const clientId = await register(site, { redirect_uris: [client.redirect] });
    const page = await context.newPage();
    await page.goto(authorizeUrl(site, clientId, { redirect_uri: client.redirect }));
    await signIn(page);
    await page.getByRole("button", { name: "Geri çevir" }).waitFor();
    const focused = () => page.evaluate("document.activeElement.textContent");
    for (let pressed = 0; pressed < 20 && await focused() !== "Geri çevir"; pressed++) {
      await page.keyboard.press("Tab");
    }
    await page.keyboard.press("Enter");
    assert.equal((await client.came).searchParams.get("error"), "access_denied");
  });

  await t.step("signing out asks again who it is", async () => {
    await using site = await startWithPassword();
    await using context = await browser.newContext();
    const page = await context.newPage();
    await page.goto(authorizeUrl(site, await register(site)));
    await signIn(page);
    await page.getByRole("button", { name: "Sign out" }).click();
    await signIn(page);
    await page.getByRole("button", { name: "Let it in" }).waitFor();
  });
});
