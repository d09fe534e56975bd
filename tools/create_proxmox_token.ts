import * as z from "zod";
import { AppError } from "../lib/errors.ts";
import { isDoubtful } from "../lib/proxmox/api/errors.ts";
import { text, time } from "../lib/proxmox/api/values.ts";
import { requireOwner } from "../lib/proxmox/cluster/access_tokens.ts";
import type { Pve } from "../lib/proxmox/pve.ts";
import { changed, dryRun } from "../lib/tool/fields.ts";
import { CHANGING_TOKENS, tokenInput } from "../lib/tool/proxmox_token_fields.ts";
import type { SecretFile } from "../lib/tool/secret_files.ts";
import { CHANGES, defineTool } from "../lib/tool/tool.ts";

const DAY_SECONDS = 86_400;

export default defineTool({
  name: "create_proxmox_token",
  title: "Create Proxmox token",
  description:
    "Creates an API token of a Proxmox user; its secret goes to a file of this server, untold.",
  scope: "admin",
  toolsets: ["cluster"],
  hints: CHANGES,
  subject: "cluster",
  switchedOnBy: "secrets_dir",
  privileges: CHANGING_TOKENS,
  input: z.strictObject({
    ...tokenInput,
    privsep: z.boolean().default(true).describe("False: may do all that its user may"),
    expires_days: z.int().min(1).max(3650).optional()
      .describe("To the end of a day, UTC; default: with its user"),
    comment: z.string().max(1024).optional(),
    ...dryRun,
  }),
  output: z.object({
    id: z.string().optional(),
    secret_file: z.string().optional().describe("On this server"),
    expires: z.string().optional(),
    ...changed,
    undo: z.string().optional(),
  }),
  action: ({ user, name }) => `create the Proxmox token ${user}!${name}`,
  run: async (input, { pve, secrets }) => {
    const { user, name, privsep, comment, expires_days: days } = input;
    pve.assertUnlimited();
    if (secrets === null) throw new AppError("unavailable", "tools.secrets_dir is not set");
    const id = `${user}!${name}`;
    const owner = await requireOwner(pve, user);
    pve.check(
      "the name is free",
      !owner.tokens.some((token) => token.name === name),
      `there is a token ${id} already: give another name, or use delete_proxmox_token`,
    );
    const expire = days === undefined
      ? undefined
      : Math.ceil(pve.now().getTime() / 1000 / DAY_SECONDS + days) * DAY_SECONDS;
    const notes = [
      ...(owner.enabled ? [] : [`${user} is disabled, and its tokens with it`]),
      ...endOf(owner.expires, pve.now()).map((end) => `${user} ${end}, and its tokens with it`),
      privsep
        ? "it may do nothing until it is granted roles on paths, as its user must be too " +
          "(`pveum acl modify` on a node, or PUT /access/acl); " +
          `get_users_and_permissions with list effective and user ${id} shows what it may`
        : `it may do all that ${user} may`,
    ];
    for (const note of notes) pve.foresee(note);
    pve.foresee(`the secret is written to ${secrets.pathOf(id)}`);
    const create = () =>
      pve.post("/access/users/{userid}/token/{tokenid}", { userid: user, tokenid: name }, {
        privsep,
        ...(expire === undefined ? {} : { expire }),
        ...(comment === undefined || comment === "" ? {} : { comment }),
      });
    const told = { id, secret_file: secrets.pathOf(id), notes, undo: `delete_proxmox_token ${id}` };
    if (pve.dryRun) {
      await create();
      return told;
    }
    const file = await secrets.make(id);
    await keepSecret(pve, { user, name, file, create });
    return { ...told, ...(expire === undefined ? {} : { expires: time(expire) }) };
  },
});

function endOf(expires: string | undefined, now: Date): string[] {
  if (expires === undefined) return [];
  return [`${Date.parse(expires) <= now.getTime() ? "has expired on" : "expires on"} ${expires}`];
}

/**
 * Makes the token and keeps its secret. A secret that cannot be kept is lost, so its token goes again.
 *
 * @throws AppError that also tells what became of the token
 */
async function keepSecret(
  pve: Pve,
  { user, name, file, create }: {
    user: string;
    name: string;
    file: SecretFile;
    create: () => Promise<{ readonly value?: unknown }>;
  },
): Promise<void> {
  let isMade = false;
  try {
    const secret = text((await create()).value);
    isMade = true;
    if (secret === undefined) {
      throw new AppError("unavailable", "Proxmox's answer holds no secret");
    }
    await file.keep(secret);
  } catch (error) {
    await file.discard();
    if (!(error instanceof AppError)) throw error;
    if (!isMade && !(isDoubtful(error) && await isThere(pve, { user, name }))) throw error;
    throw error.withMessage(`${error.message}; ${await withdraw(pve, { user, name })}`);
  }
}

/** Whether it was made all the same; false too when nobody can tell. */
async function isThere(pve: Pve, { user, name }: { user: string; name: string }): Promise<boolean> {
  const owner = await requireOwner(pve, user).catch(() => undefined);
  return owner?.tokens.some((token) => token.name === name) ?? false;
}

async function withdraw(
  pve: Pve,
  { user, name }: { user: string; name: string },
): Promise<string> {
  try {
    const segments = { userid: user, tokenid: name };
    await pve.delete("/access/users/{userid}/token/{tokenid}", segments);
    return "the token was deleted again";
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return `the token is there all the same and could not be deleted again (${error.message}): ` +
      "use delete_proxmox_token";
  }
}
