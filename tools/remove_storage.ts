import { listed } from "../lib/proxmox/clip.ts";
import * as z from "zod";
import {
  type Definition,
  definitionText,
  KINDS,
  requireDefinition,
  usersOf,
} from "../lib/proxmox/storage/definitions.ts";
import { dryRun, storageId } from "../lib/tool/fields.ts";
import { definitionOutput, shownDefinition } from "../lib/tool/storage_definition.ts";
import { defineTool, DESTROYS } from "../lib/tool/tool.ts";

export default defineTool({
  name: "remove_storage",
  title: "Remove storage",
  description:
    "Removes a storage's definition and its saved password; the data on it stays. Refuses while it is in use.",
  scope: "admin",
  toolsets: ["storage"],
  hints: DESTROYS,
  subject: "cluster",
  privileges: [
    ["/storage", "Datastore.Allocate"],
    ["/vms/{vmid}", "VM.Audit"],
    ["/", "Sys.Audit"],
  ],
  input: z.strictObject({ storage: storageId, ...dryRun }),
  output: z.object(definitionOutput),
  action: ({ storage }) => `remove storage ${storage}`,
  about: async ({ storage }, { pve }) => {
    const text = definitionText(await requireDefinition(pve, storage));
    return { lines: [`definition that goes: ${text}`, "the data on it stays"], version: text };
  },
  run: async ({ storage }, { pve }) => {
    const row = await requireDefinition(pve, storage);
    const users = await usersOf(pve, storage);
    pve.check(
      "nothing uses it",
      users.length === 0,
      `storage ${storage} is in use: ${listed(users)}; take it out there first`,
    );
    pve.plan.changes[`storage ${storage}`] = { from: definitionText(row) };
    await pve.delete("/storage/{storage}", { storage });
    return {
      storage,
      definition: shownDefinition(row),
      undo: remaking(row),
    };
  },
});

/** How it is defined anew by what add_storage takes, and which settings that leaves out. */
function remaking({ digest: _, ...row }: Definition): string {
  const shown = shownDefinition(row);
  const kind = Object.entries(KINDS).find(([type]) => type === shown.type)?.[1];
  const taken = ["storage", "type", "enabled", "content", "nodes", "keep", ...kind?.needs ?? []];
  const given = Object.entries(shown).filter(([key]) =>
    [...taken, ...kind?.takes ?? []].includes(key)
  );
  const told = ["disable", "prune-backups", ...given.map(([key]) => key)];
  const left = Object.keys(row).filter((key) => !told.includes(key)).sort();
  const lacks = ["its password where it has one", ...left].join(", ");
  return `add_storage ${JSON.stringify(Object.fromEntries(given))}; not with it: ${lacks}`;
}
