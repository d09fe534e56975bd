import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";

const SCRIPT = fileURLToPath(new URL("../../lib/cli/serve/start.ts", import.meta.url));

function start(...args: string[]): Deno.Command {
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-prompt", SCRIPT, ...args],
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  });
}

Deno.test("start tells a bad option or config in one line", async () => {
  const misused = await start("--prot", "1").output();
  assert.equal(misused.code, 2);
  const failed = await start("--config", "/nowhere.json").output();
  assert.equal(failed.code, 1);
  assert.match(
    new TextDecoder().decode(failed.stderr),
    /^proxmox-mcp: Cannot read config \/nowhere\.json: no such file or folder\n$/,
  );
});
