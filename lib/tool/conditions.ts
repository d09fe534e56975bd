import type { ConditionalPrivilege } from "./tool.ts";

/** Privileges that several tools need under the same condition. */

function always(): boolean {
  return true;
}

/**
 * Proxmox shows a backup to who may back its guest up and use its storage, and to who may do all with
 * the storage; it leaves it out for others.
 */
export const READING_BACKUPS: readonly ConditionalPrivilege<unknown>[] = [
  {
    privilege: ["/storage/{storage}", "Datastore.AllocateSpace", "Datastore.Allocate"],
    when: "for backups",
    if: always,
  },
  {
    privilege: ["/vms/{vmid}", "VM.Backup"],
    when: "for backups, without Datastore.Allocate",
    if: always,
  },
];

/** For tasks that somebody else began. */
export const OTHERS_TASKS: ConditionalPrivilege<unknown> = {
  privilege: ["/nodes/{node}", "Sys.Audit"],
  when: "for others' tasks",
  if: always,
};

/** For guests that are made of others, with their network cards. */
export const USING_BRIDGES: ConditionalPrivilege<unknown> = {
  privilege: ["/sdn/zones/{zone}", "SDN.Use"],
  when: "for a guest with network cards",
  if: always,
};

/** For guests that are made of others, with devices that are mapped. */
export const USING_MAPPINGS: ConditionalPrivilege<unknown> = {
  privilege: ["/mapping/{kind}/{id}", "Mapping.Use"],
  when: "for a VM with mapped devices or /dev/hwrng",
  if: always,
};

/** For containers that are made of backups. */
export const RESTORING_PRIVILEGED: ConditionalPrivilege<unknown> = {
  privilege: ["/", "Sys.Modify"],
  when: "for a privileged container",
  if: always,
};

/** For guests whose disks go to another storage as they move. */
export const TO_STORAGE: readonly ConditionalPrivilege<{ target_storage?: string | undefined }>[] =
  ([["/storage/{storage}", "Datastore.AllocateSpace"], ["/vms/{vmid}", "VM.Config.Disk"]] as const)
    .map((privilege) => ({
      privilege,
      when: "with target_storage",
      if: ({ target_storage }) => target_storage !== undefined,
    }));

/** For lists of guests, of which Proxmox leaves pools out. */
export const SEEING_POOLS: ConditionalPrivilege<unknown> = {
  privilege: ["/pool/{pool}", "Pool.Audit"],
  when: "to see their pools",
  if: always,
};

/** For tags that the datacenter keeps to its administrators (`assert_tag_permissions`). */
export const TAGGING: ConditionalPrivilege<
  & { readonly unset?: readonly string[] | undefined }
  & { readonly [K in "tags" | "add" | "remove"]?: unknown }
> = {
  privilege: ["/", "Sys.Modify"],
  when: "for tags that the datacenter registers or lets no user give",
  if: ({ tags, add, remove, unset = [] }) =>
    (tags ?? add ?? remove) !== undefined || unset.includes("tags"),
};

export const STARTING: ConditionalPrivilege<{ start: boolean }> = {
  privilege: ["/vms/{vmid}", "VM.PowerMgmt"],
  when: "with start",
  if: ({ start }) => start,
};

/** For guests that are made anew. */
export const MAKING = [TAGGING, STARTING];

export const STOPPING_FIRST: ConditionalPrivilege<{ force: boolean }> = {
  privilege: ["/vms/{vmid}", "VM.PowerMgmt"],
  when: "with force",
  if: ({ force }) => force,
};

export const SNAPSHOT_FIRST: ConditionalPrivilege<{ snapshot_first: boolean }> = {
  privilege: ["/vms/{vmid}", "VM.Snapshot"],
  when: "with snapshot_first",
  if: ({ snapshot_first }) => snapshot_first,
};

/** Which fields of a tool's input, and which keys in its `unset`, ask for a privilege. */
export interface SettingRule<Field extends string> {
  readonly privilege: string;
  readonly fields: readonly Field[];
  /** Proxmox's own keys; where this is absent, those that fit no other rule. */
  readonly keys?: RegExp;
}

/** What it takes to change a configuration, setting by setting. */
export function settingPrivileges(
  rules: readonly SettingRule<string>[],
): ConditionalPrivilege<{ unset?: string[] | undefined }>[] {
  const ruleOf = (key: string) =>
    rules.find(({ keys }) => keys?.test(key)) ?? rules.find(({ keys }) => keys === undefined);
  return rules.map((rule) => ({
    privilege: ["/vms/{vmid}", rule.privilege],
    when: `with ${[...rule.fields, "unset"].join(" or ")}`,
    if: ({ unset = [], ...given }) =>
      Object.entries(given).some(([key, value]) =>
        value !== undefined && rule.fields.includes(key)
      ) || unset.some((key) => ruleOf(key) === rule),
  }));
}
