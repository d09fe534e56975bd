import assert from "node:assert/strict";
import { installed } from "./installed.ts";

/**
 * Installs npm packages of certain versions into a folder of their own, once per machine; gives the
 * folder, which holds them under `node_modules`.
 */
export async function npmPackages(...packages: readonly string[]): Promise<string> {
  return await installed({
    kind: "npm",
    what: packages,
    install: async (folder) => {
      const { success, stderr } = await new Deno.Command("npm", {
        args: ["install", "--no-audit", "--no-fund", "--prefix", folder, ...packages],
      }).output();
      assert.ok(success, new TextDecoder().decode(stderr));
    },
  });
}
