import type { FakeState } from "./state.ts";

function under(prefix: string, names: string): string[] {
  return names.split(" ").map((name) => `${prefix}.${name}`);
}

const vmAdmin = [
  ...under("VM.Config", "Disk CDROM CPU Memory Network HWType Options Cloudinit"),
  ...under("VM", "Migrate Snapshot Snapshot.Rollback Allocate Clone Replicate"),
];
const vmUser = under("VM", "Config.CDROM Config.Cloudinit Console Backup PowerMgmt Audit");
const agentPrivileges = under(
  "VM.GuestAgent",
  "Audit FileRead FileSystemMgmt FileWrite Unrestricted",
);
const storage = under("Datastore", "Allocate AllocateSpace AllocateTemplate Audit");
const rest = [
  ...under("Sys", "AccessNetwork Audit Console Incoming Modify PowerMgmt Syslog"),
  ...[
    "Group.Allocate",
    "Permissions.Modify",
    "Realm.Allocate",
    "Realm.AllocateUser",
    "User.Modify",
  ],
  ...under("Mapping", "Audit Modify Use"),
  ...under("Pool", "Allocate Audit"),
  ...under("SDN", "Allocate Audit Use"),
];

/** The built-in roles of a version; before 9 the agent's privileges were `VM.Monitor`. */
export function builtInRoles(version: string): FakeState["roles"] {
  const agent = version.startsWith("8.") ? ["VM.Monitor"] : agentPrivileges;
  const agentAudit = agent.includes("VM.GuestAgent.Audit") ? ["VM.GuestAgent.Audit"] : [];
  const everything = [...new Set([...vmAdmin, ...vmUser, ...agent, ...storage, ...rest])];
  const roles: Record<string, string[]> = {
    Administrator: everything,
    NoAccess: [],
    PVEAdmin: everything.filter((priv) =>
      !["Permissions.Modify", "Realm.Allocate", "Sys.Modify", "Sys.PowerMgmt"].includes(priv)
    ),
    PVEAuditor: [
      ...agentAudit,
      ...["VM", "Datastore", "Mapping", "Pool", "SDN", "Sys"].map((what) => `${what}.Audit`),
    ],
    PVEDatastoreAdmin: storage,
    PVEDatastoreUser: under("Datastore", "AllocateSpace Audit"),
    PVEPoolAdmin: under("Pool", "Allocate Audit"),
    PVEPoolUser: ["Pool.Audit"],
    PVESDNAdmin: under("SDN", "Allocate Audit Use"),
    PVESDNUser: under("SDN", "Audit Use"),
    PVESysAdmin: under("Sys", "Audit Console Syslog"),
    PVETemplateUser: under("VM", "Audit Clone"),
    PVEUserAdmin: ["Group.Allocate", "Realm.AllocateUser", "User.Modify"],
    PVEVMAdmin: [...new Set([...vmAdmin, ...vmUser, ...agent])],
    PVEVMUser: [...vmUser, ...agentAudit],
  };
  return new Map(
    Object.entries(roles).map(([id, privs]) => [id, { privs: [...privs].sort(), special: true }]),
  );
}
