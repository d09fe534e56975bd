import type { AccountStore } from "../../auth/account_store.ts";
import { isUsablePassword } from "../../auth/password.ts";
import { UserLinks } from "../../auth/user_links.ts";
import { typedHere } from "../../command.ts";
import type { Config } from "../../config/config.ts";
import type { Database } from "../../database/database.ts";
import { type Finding, warn } from "./finding.ts";

/** Whether anybody could sign in as the config has it. */
export async function checkPeople(
  { server: { oauth } }: Config,
  { database, store }: { database: Database; store: AccountStore },
): Promise<Finding[]> {
  if (oauth === null) return [];
  if (oauth.issuer === null) return await checkPasswords(store);
  const known = new Set((await store.listRoles()).map(({ name }) => name));
  const missing = [...new Set(Object.values(oauth.claims.roles))].filter((name) =>
    !known.has(name)
  );
  if (missing.length > 0) {
    return [warn(
      "people",
      `server.oauth.claims.roles gives roles that there are not: ${missing.join(", ")}`,
      `${typedHere("role list")} shows those that there are, ${typedHere("role create")} makes one`,
    )];
  }
  const { issuer } = oauth;
  const links = (await new UserLinks(database, store).list()).filter((link) =>
    link.issuer === issuer
  );
  if (links.length > 0 || Object.keys(oauth.claims.roles).length > 0) return [];
  return [warn(
    "people",
    `nobody of ${issuer} is let in: no group gives a role, and nobody is linked`,
    `name groups in server.oauth.claims.roles, or ${typedHere("user link NAME --subject SUB")}`,
  )];
}

async function checkPasswords(store: AccountStore): Promise<Finding[]> {
  const active = (await store.listUsers()).filter(({ isActive }) => isActive);
  for (const { username } of active) {
    const found = await store.userWithPassword(username);
    if (found !== undefined && isUsablePassword(found.password)) return [];
  }
  const text = "nobody has a password yet: only tokens sign in";
  return [warn("people", text, typedHere("user passwd NAME"))];
}
