import * as z from "zod";
import type { History } from "../lib/database/history.ts";
import { AppError, toAppError } from "../lib/errors.ts";
import { guestFacts } from "../lib/proxmox/guest/about.ts";
import { type ConfigEdit, configureGuest } from "../lib/proxmox/guest/configure.ts";
import { type Guest, guestLabel } from "../lib/proxmox/guest/directory.ts";
import { showSetting } from "../lib/proxmox/guest/setting_values.ts";
import { OBJECTS, serialized } from "../lib/proxmox/history/content.ts";
import { type KeptGuest, keptGuest, requireHistory } from "../lib/proxmox/history/kept.ts";
import { guestContent, lookAtGuest } from "../lib/proxmox/history/look.ts";
import { asWritten, type Restore, restoreOf } from "../lib/proxmox/history/restore.ts";
import { instead } from "../lib/proxmox/known.ts";
import type { Pve } from "../lib/proxmox/pve.ts";
import { configOutput } from "../lib/tool/config_change.ts";
import { changed, changedGuest, guestInput, ONLY_PREVIEW } from "../lib/tool/fields.ts";
import { moment, momentOf } from "../lib/tool/moments.ts";
import {
  type ConditionalPrivilege,
  defineTool,
  DESTROYS,
  type Privilege,
} from "../lib/tool/tool.ts";

/** Differences that a person is shown. */
const MOST_SHOWN = 30;

const SETTINGS = [
  "VM.Config.Options",
  "VM.Config.CPU",
  "VM.Config.Memory",
  "VM.Config.Network",
  "VM.Config.Disk",
  "VM.Config.CDROM",
  "VM.Config.Cloudinit",
  "VM.Config.HWType",
] as const;

export default defineTool({
  name: "restore_config",
  title: "Restore configuration",
  description:
    "Brings a guest's settings back to what they were. Disks' volumes, identity and secrets stay. " +
    "Previews unless dry_run is false.",
  scope: "admin",
  toolsets: ["guests"],
  hints: { ...DESTROYS, idempotentHint: true },
  subject: "guest",
  // Which of them is needed follows from what has changed since.
  privileges: [["/vms/{vmid}", ...SETTINGS]],
  conditionalPrivileges: [
    ...SETTINGS.map((privilege) => where("its kind of setting", ["/vms/{vmid}", privilege])),
    where("a network card", ["/sdn/zones/{zone}", "SDN.Use"]),
    where("a mapped device or CPU model", ["/mapping/{kind}/{id}", "Mapping.Use"]),
    where("vmstatestorage", ["/storage/{storage}", "Datastore.AllocateSpace"]),
    where("a VM's freeze", ["/vms/{vmid}", "VM.PowerMgmt"]),
    where("a container's nesting", ["/vms/{vmid}", "VM.Allocate"]),
    where("a VM's startup, or a tag that is not for users", ["/", "Sys.Modify"]),
  ],
  input: z.strictObject({
    ...guestInput,
    at: moment,
    keys: z.array(z.string().max(40)).min(1).max(100).optional()
      .describe("Only these settings"),
    dry_run: z.boolean().default(true),
  }),
  output: z.object({
    ...changedGuest,
    ...changed,
    ...configOutput,
  }),
  action: ({ vmid }) => `restore the configuration of guest ${vmid}`,
  about: async (input, { pve, history }) => {
    const { guest, lines, version } = await guestFacts(pve, input);
    const kept = await stateOf(pve, history, { guest, at: input.at });
    const now = await lookAtGuest(pve, guest);
    const { set, unset, left } = chosen(restoreOf(kept.content, now), input.keys);
    const changes = [
      ...Object.entries(set).map(([key, to]) =>
        `${key}: ${showSetting(now[key])} → ${showSetting(to)}`
      ),
      ...unset.map((key) => `${key}: ${showSetting(now[key])} → unset`),
    ];
    const more = changes.length > MOST_SHOWN ? [`and ${changes.length - MOST_SHOWN} more`] : [];
    const stays = left.size === 0 ? [] : [`stays as it is: ${[...left.keys()].join(", ")}`];
    return {
      lines: [
        ...lines,
        `its settings go back; ${seenText(kept)}:`,
        ...changes.slice(0, MOST_SHOWN),
        ...more,
        ...stays,
      ],
      version: `${version} ${kept.from.getTime()}`,
    };
  },
  run: async (input, { pve, history }) => {
    const guest = await pve.claim(input);
    const kept = await stateOf(pve, history, { guest, at: input.at });
    let left: Restore["left"] = new Map();
    const noted = await note(pve, history, guest);
    const result = await configureGuest(pve, guest, (before): ConfigEdit => {
      const restore = chosen(restoreOf(kept.content, guestContent(guest, before)), input.keys);
      left = restore.left;
      return { set: asWritten(restore.set) as ConfigEdit["set"], unset: restore.unset };
    });
    const stays = [...left].map(([key, why]) => `${key} stays as it is: ${why}`);
    if (pve.dryRun) pve.foresee(ONLY_PREVIEW);
    for (const each of [seenText(kept), ...kept.warnings, ...stays]) {
      if (pve.dryRun) pve.foresee(each);
      else pve.warn(each);
    }
    const isDone = !pve.dryRun && !result.unchanged;
    if (isDone) {
      await note(pve, history, guest).catch((error) => {
        pve.warn(`what it is now is kept by the next look: ${toAppError(error).message}`);
      });
    }
    const { vmid, name } = guest;
    return {
      vmid,
      ...(name === undefined ? {} : { name }),
      ...result,
      ...(isDone ? { undo: `restore_config of ${vmid} at ${noted.toISOString()}` } : {}),
    };
  },
});

function where(what: string, privilege: Privilege): ConditionalPrivilege<unknown> {
  return { privilege, when: `where ${what} has changed`, if: () => true };
}

function seenText({ from, until }: KeptGuest): string {
  return `it was seen like that from ${from.toISOString()} to ${until.toISOString()}`;
}

async function stateOf(
  pve: Pve,
  history: History | null,
  { guest, at }: { guest: Guest; at: string },
): Promise<KeptGuest> {
  const time = momentOf("at", at, pve.now());
  const kept = await keptGuest(pve, history, { vmid: guest.vmid, at: time });
  if (kept.content.type === guest.type) return kept;
  throw new AppError(
    "conflict",
    `${guestLabel(guest)} was another guest at ${time.toISOString()}: a ${
      kept.content.type === "lxc" ? "container" : "VM"
    }`,
  );
}

/** Keeps how the guest is right now, so that the way back is known. */
async function note(pve: Pve, history: History | null, guest: Guest): Promise<Date> {
  const at = pve.now();
  if (pve.dryRun) return at;
  const content = serialized(await lookAtGuest(pve, guest));
  await requireHistory(history).keep(OBJECTS.guest(guest.vmid), { at, content });
  return at;
}

/** @throws AppError `invalid` for a key that is as it was */
function chosen(restore: Restore, keys: readonly string[] | undefined): Restore {
  if (keys === undefined) return restore;
  const { set, unset, left } = restore;
  const differ = [...Object.keys(set), ...unset, ...left.keys()].sort();
  const unknown = keys.find((key) => !differ.includes(key));
  if (unknown !== undefined) {
    throw new AppError(
      "invalid",
      `${unknown} is no setting that differs${instead(unknown, differ)}`,
    );
  }
  return {
    set: Object.fromEntries(Object.entries(set).filter(([key]) => keys.includes(key))),
    unset: unset.filter((key) => keys.includes(key)),
    left: new Map([...left].filter(([key]) => keys.includes(key))),
  };
}
