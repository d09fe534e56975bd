import assert from "node:assert/strict";
import { CASED, CASES } from "./cases/mod.ts";

const HERE = new URL("./", import.meta.url);

async function filesIn(folder: URL): Promise<string[]> {
  const names: string[] = [];
  for await (const { name, isFile } of Deno.readDir(folder)) if (isFile) names.push(name);
  return names;
}

Deno.test("every tool has a case, and every file of cases is run by one test file", async () => {
  assert.deepEqual(Object.keys(CASES).toSorted(), CASED.map(({ name }) => name));
  const run: string[] = [];
  for (const name of (await filesIn(HERE)).filter((name) => name.endsWith("_test.ts"))) {
    const text = await Deno.readTextFile(new URL(name, HERE));
    for (const [, cases = ""] of text.matchAll(/^testTools\((\w+)\);$/gm)) {
      run.push(`${cases.toLowerCase()}.ts`);
    }
  }
  const files = (await filesIn(new URL("cases/", HERE))).filter((name) => name !== "mod.ts");
  assert.deepEqual(run.toSorted(), files.toSorted());
});
