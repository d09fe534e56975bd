import assert from "node:assert/strict";
import { chooseLanguage, messagesIn } from "../../lib/mcp/messages.ts";

Deno.test("chooseLanguage follows Accept-Language, else the fallback", () => {
  const cases: [string | null, "en" | "tr", "en" | "tr"][] = [
    [null, "tr", "tr"],
    ["tr-TR,tr;q=0.9,en;q=0.8", "en", "tr"],
    ["en-US", "tr", "en"],
    ["de, tr;q=0.2", "en", "tr"],
    ["en;q=0.1, tr;q=0.2", "en", "tr"],
    ["tr;q=0, de", "en", "en"],
    ["*", "tr", "tr"],
  ];
  for (const [header, fallback, language] of cases) {
    assert.equal(chooseLanguage(header, fallback), language, String(header));
  }
});

Deno.test("the refusals are those that users know", () => {
  assert.equal(
    messagesIn("en").authenticationRequired,
    "Authentication required. Provide a valid token.",
  );
  assert.equal(
    messagesIn("tr").authenticationRequired,
    "Kimlik doğrulama gerekli. Geçerli bir token sağlayın.",
  );
  assert.equal(
    messagesIn("en").scopeRequired("admin"),
    "You do not have the required scope (admin) for this operation.",
  );
  assert.equal(
    messagesIn("tr").scopeRequired("admin"),
    "Bu işlem için gerekli yetkilere (admin) sahip değilsiniz.",
  );
});
