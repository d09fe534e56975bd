import type { Served } from "../../support/served.ts";

/** What is tried with a running server, by the sentence that it proves. */
export type Steps = Readonly<Record<string, (site: Served, t: Deno.TestContext) => Promise<void>>>;

/** Tries them one after another; each sees no request to Proxmox but its own. */
export async function tryAll(
  t: Deno.TestContext,
  { site, steps }: { readonly site: Served; readonly steps: Steps },
): Promise<void> {
  for (const [name, step] of Object.entries(steps)) {
    site.fake.requests.length = 0;
    await t.step(name, (inner) => step(site, inner));
  }
}
