import assert from "node:assert/strict";
import { installed } from "./installed.ts";

/**
 * Installs Python packages of certain versions into a folder of their own, once per machine; gives the
 * folder, which is to be named in `PYTHONPATH` and holds their programs under `bin`.
 */
export async function pythonPackages(...requirements: readonly string[]): Promise<string> {
  return await installed({
    kind: "python",
    what: requirements,
    install: async (folder) => {
      const { success, stderr } = await new Deno.Command("python3", {
        args: [
          ...["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--upgrade"],
          ...["--target", folder, ...requirements],
        ],
      }).output();
      assert.ok(success, new TextDecoder().decode(stderr));
    },
  });
}
