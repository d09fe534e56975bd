import assert from "node:assert/strict";
import type { EscapeTargets } from "../../support/escapes.ts";
import { countConnections } from "../../support/connections.ts";
import { Folder } from "../../support/folder.ts";
import type { Form } from "../../support/forms.ts";

const ENTRY = { main: "tests/support/escapes_main.ts", worker: "tests/support/escapes_worker.ts" };
const LIBRARY = "/lib/x86_64-linux-gnu/libc.so.6";

interface Trap extends AsyncDisposable {
  readonly targets: EscapeTargets;
  /** How many connections got out to where nothing may go. */
  readonly escaped: () => number;
}

/** Tries to escape from where the form runs the server, as a program made just as the product is. */
export async function tryToEscape(form: Form): Promise<void> {
  await using folder = await Folder.make();
  await using trapped = await trap(folder);
  const program = await form.install({ folder: folder.path, config: "config.json" }, ENTRY);
  const { out, err } = await program.run([JSON.stringify(trapped.targets)], {
    PGPASSWORD: "S3cret",
  });
  assert.ok(out.startsWith("{"), err);
  const { "fetch the allowed port": allowed, ...attempts } = JSON.parse(out);
  assert.equal(allowed, "ALLOWED");
  assert.ok(Object.keys(attempts).length >= 21);
  for (const [attempt, result] of Object.entries(attempts)) {
    assert.equal(result, "NotCapable", attempt);
  }
  assert.equal(trapped.escaped(), 0);
}

/** A config whose "Proxmox" redirects to a server that must never hear anything. */
async function trap(folder: Folder): Promise<Trap> {
  const other = countConnections();
  const options = { hostname: "127.0.0.1", port: 0, onListen: () => {} };
  const allowed = Deno.serve(options, () => Response.redirect(other.url));
  await folder.write("config.json", {
    proxmox: { host: "127.0.0.1", port: allowed.addr.port },
    auth: { user: "a@pve", token_name: "t", token_value: "x" },
    logging: { file: folder.at("x.log") },
  });
  return {
    escaped: other.count,
    targets: {
      allowedUrl: `http://127.0.0.1:${allowed.addr.port}/`,
      otherUrl: other.url,
      otherHost: other.url.replace("127.0.0.1", "localhost"),
      beside: folder.at("beside.db"),
      library: LIBRARY,
    },
    [Symbol.asyncDispose]: async () => {
      other[Symbol.dispose]();
      await allowed.shutdown();
    },
  };
}
