import assert from "node:assert/strict";
import type { FakeGuest } from "../fake_pve.ts";
import type { Site } from "../site.ts";

/** A guest as the simulated cluster holds it. */
export function guest(site: Site, vmid: number): FakeGuest {
  const found = site.fake.state.guests.get(vmid);
  assert.ok(found, `there is no guest ${vmid}`);
  return found;
}

export function isRunning(site: Site, vmid: number): boolean {
  return guest(site, vmid).status === "running";
}

/** Sets options of a guest's configuration, as somebody else would have. */
export function set(vmid: number, config: Record<string, string | number>) {
  return (site: Site) => Object.assign(guest(site, vmid).config, config);
}

/** Leaves options to take effect at the guest's next start. */
export function waits(vmid: number, pending: Record<string, string | number>) {
  return (site: Site) => Object.assign(guest(site, vmid).pending, pending);
}

/** Prepares a call by another one, which must succeed. */
export function calling(tool: string, args: Record<string, unknown>) {
  return async (site: Site) => {
    const { isError, text } = await site.call(tool, args);
    assert.equal(isError, false, text);
  };
}
