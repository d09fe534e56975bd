import assert from "node:assert/strict";
import type { FakeRequest } from "../fake_pve.ts";
import type { Site } from "../site.ts";

/** The requests that were sent to change something. */
export function changes(site: Site): FakeRequest[] {
  return site.fake.requests.filter(({ method }) => method !== "GET");
}

/** The last change that was sent. */
// deno-lint-ignore no-explicit-any -- each test knows the body it asks for
export function lastChange(site: Site): { method: string; path: string; query: any; body: any } {
  const last = changes(site).at(-1);
  assert.ok(last, "no change was sent");
  return last;
}

/** How many such requests were sent. */
export function sent(site: Site, method: string, path: RegExp): number {
  return site.fake.requests.filter((request) =>
    request.method === method && path.test(request.path)
  ).length;
}
