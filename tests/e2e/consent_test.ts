import assert from "node:assert/strict";
import {
  ask,
  authorizeUrl,
  Browser,
  fieldsIn,
  register,
  startOwn,
} from "../support/own_sign_in.ts";

Deno.test("what a person has written is kept when one field of it cannot be taken", async () => {
  await using site = await startOwn();
  const before = (await site.store.listTokens()).length;
  const url = authorizeUrl(site, await register(site));
  const browser = new Browser(site);
  await browser.signIn(url, site.tokens.admin);
  const choice = { scope: "write", days: "7", approval: "yes", nodes: "pve1", vmids: "1<" };
  const told = await browser.decide(url, choice);
  assert.equal(told.status, 400);
  assert.match(told.text, /role="alert">Guest ids: this cannot be read/);
  assert.match(told.text, /<input id="vmids"[^>]* value="1&lt;"[^>]* aria-invalid="true"/);
  assert.equal(told.text.match(/<input[^>]*aria-invalid/g)?.length, 1);
  const { csrf: _, request: __, ...kept } = fieldsIn(told.text);
  assert.deepEqual(kept, { ...choice, pools: "", tags: "", vmids: "1&lt;" });
  assert.equal((await site.store.listTokens()).length, before);
  const again = { ...fieldsIn(told.text), do: "allow", vmids: "100" };
  const back = (await browser.send("/oauth/consent", again)).to();
  assert.ok(back.searchParams.get("code"));
  const [row] = (await site.store.listTokens()).toReversed();
  assert.deepEqual([row?.permission, row?.limits?.vmids, row?.limits?.nodes], [
    "write",
    [{ from: 100, to: 100 }],
    ["pve1"],
  ]);
});

Deno.test("who is sent here to sign in, and who is refused, is told why in their language", async () => {
  await using site = await startOwn();
  const clientId = await register(site);
  const { pathname, search } = new URL(authorizeUrl(site, clientId));
  const next = encodeURIComponent(pathname + search);
  const headers = { "accept-language": "tr" };
  const page = await ask(`${site.root}/sign-in?next=${next}`, { headers });
  assert.match(page.text, /Bir program Proxmox(&#39;|')u sizin adınıza yönetmek istiyor/);
  const wrong = authorizeUrl(site, clientId, { redirect_uri: "https://evil.example/" });
  const refused = await ask(wrong, { headers });
  assert.equal(refused.status, 400);
  assert.match(refused.text, /redirect_uri is none of those[^<]*<\/p><p class="dim">Sizi buraya/);
});
