import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import project from "../../deno.json" with { type: "json" };
import { licences, ownArchitecture, type Release } from "../../lib/build/release.ts";
import { findRuntime } from "../../lib/build/runtime.ts";
import { Folder } from "./folder.ts";

const RUNTIME = await findRuntime();

/** Said in the names of tests that run an executable made with an older runtime. */
export const RUNTIME_NOTE: string = RUNTIME.version === Deno.version.deno
  ? ""
  : ` (runtime ${RUNTIME.version})`;

/** What packages are made of here: the executable with the runtime that was found, stored as it is. */
export const RELEASE: Release = {
  version: project.version,
  registryName: "io.github.test/proxmox-mcp",
  architecture: ownArchitecture(),
  date: new Date(1_700_000_000_000),
  level: 0,
  executable: await compileToRun(),
  licences: await licences(),
};

async function compileToRun(): Promise<Uint8Array> {
  await using folder = await Folder.make();
  const script = fileURLToPath(new URL("../../lib/build/runtime.ts", import.meta.url));
  const { code, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-prompt", script, "--output", folder.at("proxmox-mcp")],
  }).output();
  assert.equal(code, 0, new TextDecoder().decode(stderr));
  return await Deno.readFile(folder.at("proxmox-mcp"));
}
