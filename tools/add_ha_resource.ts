import * as z from "zod";
import { compact } from "../lib/proxmox/api/values.ts";
import {
  foretell,
  type HaResource,
  readResources,
  requireGroup,
  sidOf,
} from "../lib/proxmox/cluster/ha_resources.ts";
import { guestLabel } from "../lib/proxmox/guest/directory.ts";
import { currentState } from "../lib/proxmox/guest/power.ts";
import { changed, changedGuest, dryRun, guestInput } from "../lib/tool/fields.ts";
import { CHANGING_HA, haState, resourceFields, resourceOutput } from "../lib/tool/ha_fields.ts";
import { CHANGES, defineTool } from "../lib/tool/tool.ts";

export default defineTool({
  name: "add_ha_resource",
  title: "Put guest under HA",
  description:
    "Has high availability keep a VM or container in a state, on another node if need be.",
  scope: "admin",
  toolsets: ["cluster"],
  hints: CHANGES,
  subject: "guest",
  privileges: [...CHANGING_HA, ["/vms/{vmid}", "VM.Audit"]],
  input: z.strictObject({
    ...guestInput,
    state: haState.optional().describe("Default: as the guest is now"),
    ...resourceFields,
    ...dryRun,
  }),
  output: z.object({
    ...changedGuest,
    ...resourceOutput,
    ...changed,
    undo: z.string().optional(),
  }),
  action: ({ vmid }) => `put guest ${vmid} under HA`,
  run: async (input, { pve }) => {
    const guest = await pve.claim(input);
    const sid = sidOf(guest);
    const label = guestLabel(guest);
    const [known, { status, template }] = await Promise.all([
      readResources(pve),
      currentState(pve, guest),
    ]);
    const running = status !== "stopped";
    const { max_restart, max_relocate, comment = "", group = "" } = input;
    const there = known.find((each) => each.sid === sid);
    if (there !== undefined && isAsWanted(there.resource, input)) {
      return pve.unchanged(`HA cares for ${label} so already`);
    }
    pve.check(
      "HA does not care for it yet",
      there === undefined,
      `HA cares for ${label} already (${there?.resource.state}): use update_ha_resource`,
    );
    pve.check("is not a template", !template, `${label} is a template; clone it instead`);
    await requireGroup(pve, group);
    const state = input.state ?? (running ? "started" : "stopped");
    const notes = await foretell(pve, guest, { state, running });
    await pve.post("/cluster/ha/resources", {}, {
      sid,
      state,
      max_restart,
      max_relocate,
      ...(comment === "" ? {} : { comment }),
      ...(group === "" ? {} : { group }),
    });
    return {
      sid,
      state,
      ...compact({ notes: notes.length > 0 ? notes : undefined }),
      undo: `remove_ha_resource ${guest.vmid}`,
    };
  },
});

function isAsWanted(
  there: HaResource,
  wanted: { readonly [K in keyof HaResource]?: HaResource[K] | undefined },
): boolean {
  return (Object.keys(there) as (keyof HaResource)[])
    .every((key) => wanted[key] === undefined || wanted[key] === there[key]);
}
