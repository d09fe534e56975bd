import assert from "node:assert/strict";
import { Hono } from "hono";
import { languageOf } from "../../lib/http/language.ts";
import type { Language } from "../../lib/mcp/messages.ts";

async function chosen(header: string | null, fallback: Language): Promise<string> {
  const app = new Hono().get("/", (c) => c.text(languageOf(c, fallback)));
  const headers = new Headers(header === null ? {} : { "accept-language": header });
  return await (await app.request("/", { headers })).text();
}

Deno.test("languageOf follows Accept-Language, else the fallback", async () => {
  const cases: [string | null, Language, Language][] = [
    [null, "tr", "tr"],
    ["", "tr", "tr"],
    ["tr-TR,tr;q=0.9,en;q=0.8", "en", "tr"],
    ["en-US", "tr", "en"],
    ["TR", "en", "tr"],
    ["de, tr;q=0.2", "en", "tr"],
    ["en;q=0.1, tr;q=0.2", "en", "tr"],
    ["en ; q=0.1 , tr ; q=0.2", "en", "tr"],
    ["en,tr", "tr", "en"],
    ["tr;q=0, de", "en", "en"],
    ["tr;q=0, en;q=0.1", "tr", "en"],
    ["trx, english", "en", "en"],
    ["*", "tr", "tr"],
  ];
  for (const [header, fallback, language] of cases) {
    assert.equal(await chosen(header, fallback), language, String(header));
  }
});
