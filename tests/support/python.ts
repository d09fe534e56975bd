import assert from "node:assert/strict";
import { createHash } from "node:crypto";

/**
 * Installs Python packages of certain versions into a folder of their own, once per machine; gives the
 * folder, which is to be named in `PYTHONPATH` and holds their programs under `bin`.
 */
export async function pythonPackages(...requirements: readonly string[]): Promise<string> {
  const cache = Deno.env.get("XDG_CACHE_HOME") ?? `${Deno.env.get("HOME") ?? "/tmp"}/.cache`;
  const name = createHash("sha256").update(requirements.join(" ")).digest("hex").slice(0, 16);
  const folder = `${cache}/proxmox-mcp-tests/python-${name}`;
  await Deno.mkdir(folder, { recursive: true });
  // Another test file may be installing the same.
  using lock = await Deno.open(`${folder}.lock`, { create: true, write: true });
  await lock.lock(true);
  const done = `${folder}/installed`;
  if (await Deno.stat(done).then(() => true, () => false)) return folder;
  const { success, stderr } = await new Deno.Command("python3", {
    args: [
      ...["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--upgrade"],
      ...["--target", folder, ...requirements],
    ],
  }).output();
  assert.ok(success, new TextDecoder().decode(stderr));
  await Deno.writeTextFile(done, requirements.join("\n"));
  return folder;
}
