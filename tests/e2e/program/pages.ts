import assert from "node:assert/strict";
import { Passkeys } from "../../../lib/auth/passkeys.ts";
import { openDatabase } from "../../../lib/database/open.ts";
import { Authenticator } from "../../support/authenticator.ts";
import { type Ground, Running } from "./ground.ts";

/** A person signs in by a passkey, for which the program loads a library once it is needed. */
export async function signIn(ground: Ground): Promise<void> {
  const origin = `http://localhost:${ground.port}`;
  const oauth = { own: true, client_hosts: [] };
  await using site = await Running.start(ground, { server: { public_url: origin, oauth } });
  const ada = (await site.store.userWithPassword("ada"))?.user;
  assert.ok(ada);
  const key = await addKey(ground, ada.id);
  const page = await (await fetch(`${site.root}/my-access`)).text();
  const state = /name="state" value="([^"]+)"/.exec(page)?.[1] ?? "";
  const challenge = /&quot;challenge&quot;:&quot;([^&]+)&quot;/.exec(page)?.[1] ?? "";
  const credential = key.assert({ challenge, origin, userId: ada.id });
  const response = await fetch(`${site.root}/sign-in`, {
    method: "POST",
    redirect: "manual",
    headers: { origin },
    body: new URLSearchParams({ do: "passkey", state, credential }),
  });
  await response.body?.cancel();
  assert.deepEqual(
    [response.status, response.headers.get("location")],
    [303, "/my-access"],
    site.lines.join("\n"),
  );
}

/** Gives the user a passkey. */
async function addKey(ground: Ground, userId: number) {
  const key = new Authenticator();
  const { credentialId, publicKey } = key;
  const path = ground.folder.at("proxmox-config/proxmox-mcp.db");
  const database = await openDatabase(`sqlite:${path}`);
  await new Passkeys(database).add({
    userId,
    credentialId,
    publicKey,
    counter: 0,
    transports: [],
    name: "key",
    createdAt: new Date(),
  });
  await database.close();
  return key;
}
