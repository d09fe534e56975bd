import assert from "node:assert/strict";
import { installed } from "./installed.ts";

/** Builds the Go program in a folder, once per machine and text; gives the program's path. */
export async function goProgram(source: string): Promise<string> {
  const texts = await Promise.all(
    ["go.mod", "go.sum", "main.go", "sign_in.go"].map((name) =>
      Deno.readTextFile(`${source}/${name}`)
    ),
  );
  const folder = await installed({
    kind: "go",
    what: texts,
    install: async (folder) => {
      const { success, stderr } = await new Deno.Command("go", {
        args: ["build", "-o", `${folder}/program`, "."],
        cwd: source,
      }).output();
      assert.ok(success, new TextDecoder().decode(stderr));
    },
  });
  return `${folder}/program`;
}
