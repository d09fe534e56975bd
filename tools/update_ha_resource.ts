import * as z from "zod";
import { onFailure } from "../lib/errors.ts";
import { compact } from "../lib/proxmox/api/values.ts";
import { clip } from "../lib/proxmox/clip.ts";
import { editEntry, undoEntry } from "../lib/proxmox/cluster/entry.ts";
import { foretell, requireGroup, requireResource } from "../lib/proxmox/cluster/ha_resources.ts";
import { type Guest, guestLabel } from "../lib/proxmox/guest/directory.ts";
import { currentState } from "../lib/proxmox/guest/power.ts";
import type { Pve } from "../lib/proxmox/pve.ts";
import { entryOutput } from "../lib/tool/entry_fields.ts";
import { changed, changedGuest, dryRun, guestInput } from "../lib/tool/fields.ts";
import { CHANGING_HA, haState, resourceFields, resourceOutput } from "../lib/tool/ha_fields.ts";
import { CHANGES, defineTool } from "../lib/tool/tool.ts";

const GIVEN_UP =
  "HA has given it up (error): set state to disabled first, then to what it shall be";

export default defineTool({
  name: "update_ha_resource",
  title: "Change guest's HA",
  description: "Changes what high availability does with a VM or container.",
  scope: "admin",
  toolsets: ["cluster"],
  hints: { ...CHANGES, idempotentHint: true },
  subject: "guest",
  privileges: [...CHANGING_HA, ["/vms/{vmid}", "VM.Audit"]],
  input: z.strictObject({
    ...guestInput,
    state: haState.optional(),
    ...resourceFields,
    ...dryRun,
  }),
  output: z.object({ ...changedGuest, ...resourceOutput, ...changed, ...entryOutput }),
  action: ({ vmid }) => `change the HA of guest ${vmid}`,
  run: async (input, { pve }) => {
    const { vmid: _vmid, node: _node, dry_run: _dryRun, ...wanted } = input;
    const guest = await pve.claim(input);
    const { sid, resource, digest } = await requireResource(pve, guest);
    await requireGroup(pve, wanted.group);
    const { state } = wanted;
    const rows = await pve.resources({ fresh: false });
    const isGivenUp = rows.find((row) => row.vmid === guest.vmid)?.hastate === "error";
    let notes = isGivenUp ? [GIVEN_UP] : [];
    const edit = await editEntry(pve, {
      before: resource,
      wanted,
      none: { comment: "", group: "" },
      label: `the HA of ${guestLabel(guest)}`,
      send: async (params) => {
        const frees = params.state === "disabled" || params.state === "ignored";
        if (isGivenUp && !frees) pve.foresee(GIVEN_UP);
        else if (params.state !== undefined) {
          const running = await isRunning(pve, guest);
          notes = await foretell(pve, guest, { state: params.state, running });
        }
        await pve.put("/cluster/ha/resources/{sid}", { sid }, { ...params, digest });
      },
    });
    return {
      sid,
      state: state ?? resource.state,
      ...compact({ notes: notes.length > 0 ? notes : undefined }),
      ...edit,
      ...("changes" in edit
        ? { undo: undoEntry(`update_ha_resource of ${guest.vmid}`, edit) }
        : {}),
    };
  },
});

/** Undefined where its node does not answer, as when HA is to do something about that. */
async function isRunning(pve: Pve, guest: Guest): Promise<boolean | undefined> {
  const state = await currentState(pve, guest).catch(onFailure((error) => {
    pve.warn(`whether ${guestLabel(guest)} runs is unknown: ${clip(error.message)}`);
    return undefined;
  }));
  return state && state.status !== "stopped";
}
