import assert from "node:assert/strict";
import { UserLinks } from "../../lib/auth/user_links.ts";
import { IdentityProvider } from "../support/identity_provider.ts";
import { Site } from "../site.ts";

const PUBLIC_URL = "https://mcp.example";
const AUDIENCE = `${PUBLIC_URL}/mcp`;
const ROLES = { "pve-admins": "Administrator", "pve-readers": "Viewer" };

async function siteOf(provider: IdentityProvider, roles: Record<string, string> = ROLES) {
  const oauth = { ...provider.config, claims: { roles } };
  return await Site.start({ config: { server: { public_url: PUBLIC_URL, oauth } } });
}

Deno.test("x", async () => {
  await using provider = await IdentityProvider.start({ audience: AUDIENCE });
  await using site = await siteOf(provider);
  const t = await provider.signIn({ subject: "s-1", username: "ayse", groups: ["pve-admins"] }, {
    scope: "openid user write",
  });
  console.log(t);
  console.log(await site.store.listRoles());
  const answer = await site.call("get_nodes", {}, { token: t.access_token });
  console.log(answer, site.lines.slice(-5));
  console.log(await new UserLinks(site.database).list());
  assert.equal(answer.isError, false);
});
