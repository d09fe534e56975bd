const datastore = ["Audit", "Backup", "Modify", "Prune", "Read", "Verify"].map((one) =>
  `Datastore.${one}`
);
const tape = ["Tape.Audit", "Tape.Modify", "Tape.Write", "Tape.Read"];

/** Every privilege there is. */
export const privileges: readonly string[] = [
  ...["Audit", "Modify", "PowerManagement", "Console"].map((one) => `Sys.${one}`),
  ...datastore,
  "Datastore.Allocate",
  "Permissions.Modify",
  ...["Audit", "Modify", "Read", "DatastoreBackup", "DatastoreModify", "DatastorePrune"].map((
    one,
  ) => `Remote.${one}`),
  ...tape,
  "Realm.Allocate",
];

interface Role {
  comment: string;
  privs: readonly string[];
}

const remote = (...names: string[]) => names.map((one) => `Remote.${one}`);

/** The roles, none of which can be changed. */
export const roles: Readonly<Record<string, Role>> = {
  Admin: { comment: "Administrator", privs: privileges },
  Audit: { comment: "Auditor", privs: ["Sys.Audit", "Datastore.Audit"] },
  NoAccess: { comment: "Disable Access", privs: [] },
  DatastoreAdmin: { comment: "Datastore Administrator", privs: datastore },
  DatastoreReader: {
    comment: "Datastore Reader (inspect datastore content and do restores)",
    privs: ["Datastore.Audit", "Datastore.Read", "Datastore.Verify"],
  },
  DatastoreBackup: {
    comment: "Datastore Backup (backup and restore owned backups)",
    privs: ["Datastore.Backup"],
  },
  DatastorePowerUser: {
    comment: "Datastore PowerUser (backup, restore and prune owned backup)",
    privs: ["Datastore.Prune", "Datastore.Backup"],
  },
  DatastoreAudit: { comment: "Datastore Auditor", privs: ["Datastore.Audit"] },
  RemoteAudit: { comment: "Remote Auditor", privs: remote("Audit") },
  RemoteAdmin: { comment: "Remote Administrator", privs: remote("Audit", "Modify", "Read") },
  RemoteSyncOperator: { comment: "Synchronization Operator", privs: remote("Audit", "Read") },
  RemoteSyncPushOperator: {
    comment: "Synchronisation Operator (push direction)",
    privs: remote("Audit", "DatastoreBackup"),
  },
  RemoteDatastorePowerUser: {
    comment: "Remote Datastore Prune",
    privs: remote("Audit", "DatastoreBackup", "DatastorePrune"),
  },
  RemoteDatastoreAdmin: {
    comment: "Remote Datastore Admin",
    privs: remote("Audit", "DatastoreBackup", "DatastoreModify", "DatastorePrune"),
  },
  TapeAudit: { comment: "Tape Auditor", privs: ["Tape.Audit"] },
  TapeAdmin: { comment: "Tape Administrator", privs: tape },
  TapeOperator: { comment: "Tape Operator", privs: ["Tape.Audit", "Tape.Write", "Tape.Read"] },
  TapeReader: { comment: "Tape Reader", privs: ["Tape.Audit", "Tape.Read"] },
};
