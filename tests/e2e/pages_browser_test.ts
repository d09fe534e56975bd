import assert from "node:assert/strict";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import type { Site } from "../site.ts";
import { openBrowser } from "../support/browser.ts";
import { PASSWORD, startPages } from "../support/pages.ts";
import { until } from "../support/until.ts";
import { createAuthenticatedToken } from "../tokens.ts";

interface Opened extends AsyncDisposable {
  readonly page: Page;
  /** What the browser complained of, but for answers that refuse. */
  readonly problems: readonly string[];
}

/** A page in a browser with a security key of its own, before which a person sits. */
async function open(browser: Browser, options: BrowserContextOptions = {}): Promise<Opened> {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  const problems: string[] = [];
  const complain = (text: string) => {
    if (!/status of 4|favicon/.test(text)) problems.push(text);
  };
  page.on("console", (message) => complain(message.text()));
  page.on("pageerror", (error) => complain(String(error)));
  const devtools = await context.newCDPSession(page);
  await devtools.send("WebAuthn.enable");
  await devtools.send("WebAuthn.addVirtualAuthenticator", {
    options: {
      protocol: "ctap2",
      transport: "internal",
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
  return { page, problems, [Symbol.asyncDispose]: () => context.close() };
}

async function enter(page: Page, site: Site): Promise<void> {
  await page.goto(`${site.root}/my-access`);
  await page.locator("#username").fill("boss");
  await page.locator("#password").fill(PASSWORD);
  await page.keyboard.press("Enter");
  await page.waitForURL("**/my-access");
}

/** Nothing stands beyond the edge, what is pressed suits a finger, and no field makes a phone zoom. */
async function assertFits(page: Page): Promise<void> {
  const { width } = page.viewportSize() ?? { width: 0 };
  assert.equal(await page.evaluate("document.documentElement.scrollWidth"), width);
  for (const target of await page.locator("button, summary, input:visible, header a").all()) {
    const box = await target.boundingBox();
    if (box === null) continue;
    assert.ok(box.height >= 44, `${await target.evaluate((e) => e.outerHTML)} ${box.height}`);
  }
  const sizes = "[...document.querySelectorAll('input')].filter((e) => e.checkVisibility())" +
    ".map((e) => getComputedStyle(e).fontSize)";
  assert.deepEqual([...new Set(await page.evaluate<string[]>(sizes))], ["16px"]);
  const bare = "[...document.querySelectorAll('input:not([type=hidden]):not([hidden])')]" +
    ".filter((e) => e.labels.length === 0).length";
  assert.equal(await page.evaluate(bare), 0, "every field has a label");
}

Deno.test("a person signs in and keeps their access in order", async (t) => {
  await using browser = await openBrowser();
  const visits: [name: string, options: BrowserContextOptions][] = [
    ["on a desk", {}],
    ["on a phone", { viewport: { width: 360, height: 740 }, isMobile: true, hasTouch: true }],
    ["without scripts", { javaScriptEnabled: false }],
    ["in the dark", { colorScheme: "dark" }],
  ];
  for (const [name, options] of visits) {
    await t.step(name, async () => {
      await using site = await startPages();
      const now = () => new Date();
      await createAuthenticatedToken(site.store, {
        username: "boss",
        permission: "write",
        now,
        name: "laptop",
      });
      await using opened = await open(browser, options);
      const { page, problems } = opened;
      await page.goto(`${site.root}/my-access`);
      await assertFits(page);
      await page.getByLabel("User").fill("boss");
      await page.getByLabel("Password").fill("wrong");
      await page.keyboard.press("Enter");
      await page.getByRole("alert").getByText("User or password is wrong.").waitFor();
      assert.equal(await page.getByLabel("User").inputValue(), "boss");
      await page.getByLabel("Password").fill(PASSWORD);
      await page.keyboard.press("Enter");
      await page.getByRole("heading", { name: "My access" }).waitFor();
      await page.getByText("session of a browser").waitFor();
      await assertFits(page);
      await page.getByRole("button", { name: "End: laptop" }).click();
      await page.getByRole("status").getByText("It has no access any more.").waitFor();
      assert.equal(await page.getByText("laptop").count(), 0);
      await page.getByRole("button", { name: "Sign out" }).click();
      await page.getByRole("heading", { name: "Sign in" }).waitFor();
      assert.equal(
        await page.getByRole("button", { name: "Use a passkey" }).isVisible(),
        options.javaScriptEnabled !== false,
      );
      assert.deepEqual(problems, []);
    });
  }
});

Deno.test("a passkey is added, signs in without a name, and is removed", async () => {
  await using site = await startPages();
  await using browser = await openBrowser();
  await using opened = await open(browser);
  const { page, problems } = opened;
  const usePasskey = async () => {
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.getByRole("button", { name: "Use a passkey" }).click();
  };
  // This key is touched as soon as it may be, also where the field only offers it.
  await page.addInitScript(`if (!localStorage.offers) {
    PublicKeyCredential.isConditionalMediationAvailable = () => Promise.resolve(false);
  }`);
  const offer = (offers: string) => page.evaluate(`localStorage.offers = "${offers}"`);
  await enter(page, site);
  await page.getByText("You have no passkey yet.").waitFor();
  await page.getByLabel("Name of the new passkey").fill("Desk <key>");
  await page.getByRole("button", { name: "Add a passkey" }).click();
  await page.getByRole("heading", { name: "Desk <key>" }).waitFor();
  await usePasskey();
  await page.getByRole("heading", { name: "My access" }).waitFor();
  assert.equal((await site.store.listTokens()).at(-1)?.user.username, "boss");
  const [row] = await site.trail.list({ tool: "sign_in", limit: 1 });
  assert.equal(row?.arguments, '{"by":"passkey"}');

  await offer("yes");
  await page.getByRole("button", { name: "Sign out" }).click();
  await until(async () => (await site.trail.list({ tool: "sign_in" })).length === 3);
  await page.getByRole("button", { name: "Add a passkey" }).waitFor();
  await offer("");

  await page.getByRole("button", { name: "Add a passkey" }).click();
  await page.getByRole("alert").getByText("No passkey was made. Try again.").waitFor();
  await page.getByRole("button", { name: "Remove: Desk <key>" }).click();
  await page.getByRole("status").getByText("The passkey was removed here.").waitFor();
  await usePasskey();
  await page.getByRole("alert").getByText("This passkey does not open anything here.").waitFor();
  assert.deepEqual(problems, []);
});

Deno.test("by keyboard alone, in Turkish", async () => {
  await using site = await startPages();
  await using browser = await openBrowser();
  await using opened = await open(browser, { locale: "tr-TR" });
  const { page } = opened;
  await page.goto(`${site.root}/sign-in`);
  await page.locator("#username:focus").waitFor();
  assert.equal(await page.getAttribute("html", "lang"), "tr");
  const focused = () =>
    page.evaluate<string>(
      "(document.activeElement.labels?.[0] ?? document.activeElement).textContent",
    );
  const walk = async (steps: number) => {
    const passed: string[] = [];
    for (let step = 0; step < steps; step++) {
      await page.keyboard.press("Tab");
      passed.push((await focused()).trim());
      const outline = "getComputedStyle(document.activeElement).outlineStyle";
      assert.equal(await page.evaluate(outline), "solid", passed.at(-1));
    }
    return passed;
  };
  assert.deepEqual(await walk(4), [
    "Parola",
    "Oturum aç",
    "Passkey kullan",
    "Bunun yerine token kullan",
  ]);
  await page.keyboard.press("Enter");
  assert.deepEqual(await walk(2), ["Token'ınız", "Devam"]);
  await page.locator("#username").focus();
  await page.keyboard.type("boss");
  await page.keyboard.press("Tab");
  await page.keyboard.type(PASSWORD);
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "Erişimim" }).waitFor();
  assert.match(await page.locator("time").first().textContent() ?? "", /^\d+ \p{L}+ \d{4} .*UTC$/u);
  assert.deepEqual(await walk(3), ["boss", "Oturumu kapat", "Sonlandır"]);
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "Oturum aç" }).waitFor();
});
