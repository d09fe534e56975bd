import { createHash } from "node:crypto";

/** A folder into which something is installed: by whom, what, and how. */
export interface Installation {
  readonly kind: string;
  /** All that decides what comes to stand in the folder. */
  readonly what: readonly string[];
  readonly install: (folder: string) => Promise<void>;
}

/** Installs something into a folder of its own, once per machine; gives the folder. */
export async function installed({ kind, what, install }: Installation): Promise<string> {
  const cache = Deno.env.get("XDG_CACHE_HOME") ?? `${Deno.env.get("HOME") ?? "/tmp"}/.cache`;
  const name = createHash("sha256").update(what.join(" ")).digest("hex").slice(0, 16);
  const folder = `${cache}/proxmox-mcp-tests/${kind}-${name}`;
  await Deno.mkdir(folder, { recursive: true });
  // Another test file may be installing the same.
  using lock = await Deno.open(`${folder}.lock`, { create: true, write: true });
  await lock.lock(true);
  const done = `${folder}/installed`;
  if (await Deno.stat(done).then(() => true, () => false)) return folder;
  await install(folder);
  await Deno.writeTextFile(done, what.join("\n"));
  return folder;
}
