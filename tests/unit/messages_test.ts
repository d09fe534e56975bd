import assert from "node:assert/strict";
import { ownForm, typed } from "../../lib/command.ts";
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

Deno.test("a command is named as it is typed where the program was started", () => {
  assert.equal(typed("check --json", "installed"), "proxmox-mcp check --json");
  assert.equal(typed("check --json", "npm"), "npx proxmox-mcp check --json");
  assert.equal(typed("check --json", "checkout"), "deno run -A main.ts check --json");
  assert.equal(typed("serve --port 1", "checkout"), "deno task start --port 1");
  assert.equal(ownForm(), "checkout");
});
