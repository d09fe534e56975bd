import { Site, type SiteOptions } from "../site.ts";
import { IdentityProvider, type Person } from "./identity_provider.ts";

export const PUBLIC_URL = "https://mcp.example";
export const AUDIENCE = `${PUBLIC_URL}/mcp`;
export const ROLES = {
  "pve-readers": "Viewer",
  "pve-admins": "Administrator",
  "pve-ops": "Operator",
};
export const AYSE: Person = { subject: "s-ayse", username: "ayse", groups: ["pve-admins", "x"] };

/** A server that takes the tokens of an identity provider. */
export function startProvidedSite(
  provider: IdentityProvider,
  { oauth = {}, server = {}, ...options }: Omit<SiteOptions, "config"> & {
    readonly oauth?: Record<string, unknown>;
    readonly server?: Record<string, unknown>;
  } = {},
): Promise<Site> {
  const signIn = { ...provider.config, claims: { roles: ROLES }, ...oauth };
  const config = { server: { public_url: PUBLIC_URL, oauth: signIn, ...server } };
  return Site.start({ ...options, config });
}

/** An identity provider and a server that takes its tokens. */
export async function startProvided(
  options: Parameters<typeof startProvidedSite>[1] = {},
): Promise<AsyncDisposable & { provider: IdentityProvider; site: Site }> {
  await using stack = new AsyncDisposableStack();
  const provider = stack.use(await IdentityProvider.start({ audience: AUDIENCE }));
  const site = stack.use(await startProvidedSite(provider, options));
  const all = stack.move();
  return { provider, site, [Symbol.asyncDispose]: () => all.disposeAsync() };
}

/** What a client's token lets it do, by an answer of the server itself. */
export async function statusOf(site: Site, token: string): Promise<number> {
  const { status } = await site.post(
    { method: "tools/call", params: { name: "get_nodes", arguments: {} } },
    site.headers(token),
  );
  return status;
}
