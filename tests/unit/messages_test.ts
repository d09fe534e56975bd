import assert from "node:assert/strict";
import { messagesIn } from "../../lib/mcp/messages.ts";

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
