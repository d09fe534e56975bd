import assert from "node:assert/strict";
import type { FakePve, FakePveOptions, FakeRequest } from "../fake_pve.ts";
import { type ClusterOptions, Site, type SiteOptions } from "../site.ts";

/** A guest that may go, and where. */
export const MOVE = { vmid: 101, to_cluster: "dc2", to_storage: "nfs1" };

/** The name of a token that a guest is sent with. */
export const PASS = /^mcp-move-\d+-[0-9a-f]{8}$/;

/** An installation in front of two clusters that reach one another; the second has no guests. */
export interface Two extends AsyncDisposable {
  readonly site: Site;
  readonly home: FakePve;
  readonly dc2: FakePve;
}

export async function startTwo(
  options: SiteOptions & {
    readonly there?: FakePveOptions;
    readonly thereConfig?: Pick<ClusterOptions, "auth">;
  } = {},
): Promise<Two> {
  const { there = {}, thereConfig = {}, ...rest } = options;
  const clusters = { dc2: { ...thereConfig, pve: { nodes: 2, ...there } } };
  const site = await Site.start({ ...rest, clusters });
  const { dc2 } = site.fakes;
  assert.ok(dc2);
  const home = site.fake;
  home.meet(dc2);
  home.state.replication.clear();
  dc2.state.guests.clear();
  dc2.state.volumes = dc2.state.volumes.filter(({ vmid }) => vmid === undefined);
  return { site, home, dc2, [Symbol.asyncDispose]: () => site[Symbol.asyncDispose]() };
}

/** The tokens that guests are sent with and that are there now. */
export function passesIn({ state }: FakePve): string[] {
  return state.tokens.map(({ name }) => name).filter((name) => PASS.test(name));
}

/** What has been sent to change something. */
export function changesIn({ requests }: FakePve): FakeRequest[] {
  return requests.filter(({ method }) => method !== "GET");
}

/** The secret that a guest was sent with. */
export function secretIn(home: FakePve): string {
  const request = home.requests.find(({ path }) => path.endsWith("/remote_migrate"));
  const endpoint = String(Object(request?.body)["target-endpoint"]);
  const [, secret = ""] = /![^=]+=([^,]+)/.exec(endpoint) ?? [];
  assert.match(secret, /^[0-9a-f-]{36}$/);
  return secret;
}
