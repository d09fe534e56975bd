import * as z from "zod";
import { requireToken } from "../lib/proxmox/cluster/access_tokens.ts";
import { changed, dryRun } from "../lib/tool/fields.ts";
import { CHANGING_TOKENS, tokenInput } from "../lib/tool/proxmox_token_fields.ts";
import { defineTool, DESTROYS } from "../lib/tool/tool.ts";

export default defineTool({
  name: "delete_proxmox_token",
  title: "Delete Proxmox token",
  description: "Deletes an API token of a Proxmox user; whatever uses it is locked out at once.",
  scope: "admin",
  toolsets: ["cluster"],
  hints: DESTROYS,
  subject: "cluster",
  switchedOnBy: "secrets_dir",
  privileges: CHANGING_TOKENS,
  input: z.strictObject({ ...tokenInput, ...dryRun }),
  output: z.object({ id: z.string().optional(), ...changed, undo: z.string().optional() }),
  action: ({ user, name }) => `delete the Proxmox token ${user}!${name}`,
  about: async ({ user, name }, { pve }) => {
    const { comment, expires, separated } = await requireToken(pve, { user, name });
    const facts = [
      ...(comment === undefined ? [] : [comment]),
      separated ? "with privileges of its own" : `may do all that ${user} may`,
      ...(expires === undefined ? [] : [`expires ${expires}`]),
    ];
    const line = `token that goes: ${user}!${name}, ${facts.join(", ")}`;
    return { lines: [line], version: line };
  },
  run: async ({ user, name }, { pve, secrets }) => {
    pve.assertUnlimited();
    const id = `${user}!${name}`;
    await requireToken(pve, { user, name });
    pve.check("is not this server's own", id !== pve.tokenId, `this server itself uses ${id}`);
    await pve.delete("/access/users/{userid}/token/{tokenid}", { userid: user, tokenid: name });
    return {
      id,
      ...(secrets === null ? {} : { notes: [`a file ${secrets.pathOf(id)} is left as it is`] }),
      undo: "none: its secret is void for ever",
    };
  },
});
