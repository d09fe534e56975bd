import assert from "node:assert/strict";
import { ownForm, typed } from "../../lib/command.ts";
import { ioReason } from "../../lib/errors.ts";
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

Deno.test("what the system says of a failed call is told in plain words", () => {
  const failed = (code: string) => ioReason(Object.assign(new Error("os error 1"), { code }));
  assert.equal(failed("EROFS"), "it is on a disk that is read-only");
  assert.equal(failed("ENETUNREACH"), "there is no way to that address");
  assert.equal(failed("EOTHER"), "os error 1");
});

Deno.test("a command is named as it is typed where the program was started", () => {
  assert.equal(typed("check --json", "installed"), "proxmox-mcp check --json");
  assert.equal(typed("check --json", "npm"), "npx proxmox-mcp check --json");
  assert.equal(typed("check --json", "checkout"), "deno run -A main.ts check --json");
  assert.equal(typed("serve --port 1", "checkout"), "deno task start --port 1");
  assert.equal(ownForm(), "checkout");
});
