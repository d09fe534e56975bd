import { openDatabase } from "../../lib/database/open.ts";
import { Site, type SiteOptions } from "../site.ts";

/** Two instances on one database file, before clusters alike; `start` starts one more. */
export interface Pair extends AsyncDisposable {
  readonly first: Site;
  readonly second: Site;
  start(username: string): Promise<Site>;
}

export async function startPair(options: SiteOptions = {}): Promise<Pair> {
  const folder = await Deno.makeTempDir();
  const open = () => openDatabase(`sqlite:${folder}/shared.db`);
  const pve = { seededAt: Date.now(), ...options.pve };
  const start = (username: string) => Site.start({ ...options, pve, openDatabase: open, username });
  const first = await start("ada");
  const second = await start("grace");
  return {
    first,
    second,
    start,
    [Symbol.asyncDispose]: async () => {
      await second[Symbol.asyncDispose]();
      await first[Symbol.asyncDispose]();
      await Deno.remove(folder, { recursive: true });
    },
  };
}
