import type { AnyTool, Privilege } from "../../lib/tool/tool.ts";
import type { FakeState } from "../fake_pve/state.ts";
import { Site, type SiteOptions } from "../site.ts";
import type { Arguments } from "./tool_case.ts";

/** Switches on what is off by itself. */
export const ALL_ON = { container_exec: true, secrets_dir: "secrets" };

/** What it takes to see guests, nodes and storages at all. */
export const READING = [
  "Datastore.Audit",
  "Pool.Audit",
  "SDN.Audit",
  "Sys.Audit",
  "VM.Audit",
  "VM.GuestAgent.Audit",
];

/** What a tool declares that a call with these arguments needs. */
export function declaredFor(tool: AnyTool, args: Arguments): Privilege[] {
  const input = tool.input.parse(args);
  const more = (tool.conditionalPrivileges ?? []).filter((each) => each.if(input));
  return [...tool.privileges, ...more.map(({ privilege }) => privilege)];
}

/**
 * The names of the privileges that a tool declares for a call with these arguments: the first of
 * those of which one is needed, since the others are for other versions or do as well.
 */
export function privilegesOf(tool: AnyTool, args: Arguments): string[] {
  return declaredFor(tool, args).flatMap(([, first]) => first ?? []);
}

/**
 * A site whose API token is `mcp@pve!probe`, of an ordinary user. Until `restrict` it may do all that
 * a token may, so that a case can prepare what it needs.
 */
export async function startProbed(options: Pick<SiteOptions, "monotonic"> = {}): Promise<Site> {
  const value = crypto.randomUUID();
  const site = await Site.start({
    ...options,
    config: {
      tools: ALL_ON,
      auth: { user: "mcp@pve", token_name: "probe", token_value: value },
    },
  });
  addToken(site.fake.state, { name: "probe", value, roleid: "Probe" });
  unrestrict(site);
  return site;
}

/** Leaves the token of a probed site just these privileges, everywhere. */
export function restrict(site: Site, privileges: readonly string[]): void {
  site.fake.state.roles.set("Probe", { privs: [...privileges], special: false });
}

/** Lets the token of a probed site do everything again. */
export function unrestrict(site: Site): void {
  restrict(site, site.fake.state.roles.get("Administrator")?.privs ?? []);
}

/** A token of mcp@pve, which it and its user have one role for, on everything. */
export function addToken(
  { acl, tokens, users }: FakeState,
  { name, roleid, value }: { name: string; roleid: string; value: string },
): void {
  users.set("mcp@pve", { userid: "mcp@pve", enable: true, expire: 0, groups: [] });
  tokens.push({ user: "mcp@pve", name, value, privsep: true, expire: 0 });
  for (const [type, ugid] of [["user", "mcp@pve"], ["token", `mcp@pve!${name}`]] as const) {
    acl.push({ path: "/", roleid, type, ugid, propagate: true });
  }
}
