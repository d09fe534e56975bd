import * as z from "zod";
import { sightOf } from "../lib/backups/sight.ts";
import type { Whose } from "../lib/backups/whose.ts";
import { AppError } from "../lib/errors.ts";
import { readPlaces, readSnapshotsOf } from "../lib/pbs/places.ts";
import type { Snapshot } from "../lib/pbs/snapshots.ts";
import { compact } from "../lib/proxmox/api/values.ts";
import { newestFirst } from "../lib/proxmox/clip.ts";
import { warned } from "../lib/proxmox/cluster/nodes.ts";
import { assertKnown, whyEmpty } from "../lib/proxmox/known.ts";
import { describePage } from "../lib/proxmox/list.ts";
import { backupServerName, datastoreName, namespacePath } from "../lib/tool/backup_server.ts";
import {
  clusterColumn,
  guestReference,
  listing,
  mayBeOfColumn,
  paged,
} from "../lib/tool/fields.ts";
import { defineTool, READS } from "../lib/tool/tool.ts";

const TYPES = ["vm", "ct", "host"] as const;

const snapshotRow = z.object({
  cluster: clusterColumn,
  may_be_of: mayBeOfColumn,
  server: z.string(),
  datastore: z.string(),
  namespace: z.string().describe("Absent: the root"),
  group: z.string().describe("vm/101"),
  time: z.string(),
  unfinished: z.literal(true).describe("Being made, or broken off"),
  verified: z.enum(["ok", "failed", "never"]),
  verified_at: z.string(),
  protected: z.literal(true),
  encrypted: z.literal(true),
  size_bytes: z.number(),
  owner: z.string(),
  comment: z.string(),
}).partial();

type Row = z.output<typeof snapshotRow>;

export default defineTool({
  name: "get_backup_snapshots",
  title: "List backup snapshots",
  description:
    "Lists the backups on all Proxmox Backup Servers, of all namespaces, newest first, as these know them.",
  scope: "user",
  toolsets: ["backups"],
  switchedOnBy: "backup_servers",
  hints: READS,
  subject: "cluster",
  across: "any",
  privileges: [],
  backupPrivileges: [["/datastore/{store}", "Datastore.Audit"]],
  input: z.strictObject({
    vmid: guestReference.optional(),
    type: z.enum(TYPES).optional(),
    id: z.string().max(200).regex(/^\w[\w.-]*$/, "must be the id of a group").optional()
      .describe("Of a host, as mailserver"),
    server: backupServerName.optional(),
    datastore: datastoreName.optional(),
    namespace: namespacePath.optional().describe("Without those below it; empty: the root"),
    verified: z.enum(["ok", "failed", "never"]).optional(),
    ...listing(snapshotRow),
  }),
  output: z.object({ snapshots: z.array(snapshotRow), ...paged }),
  action: () => "list the backups on backup servers",
  run: async (input, context) => {
    const { clusters: { meant, names: visible }, pve } = context;
    const { type, id: given, server, datastore, namespace, verified, ...rest } = input;
    const { vmid: guest, ...page } = rest;
    if (guest !== undefined && given !== undefined) {
      throw new AppError("invalid", "give one of vmid and id");
    }
    const vmid = await pve.vmidOf(guest);
    const id = given ?? (vmid === undefined ? undefined : String(vmid));
    const { pbs, whose, isWhole, sees, shows } = await sightOf(context);
    if (server !== undefined) pbs.of(server);
    const names = server === undefined ? pbs.names : [server];
    const found = await readPlaces(pbs, { names, datastore, namespace });
    const known = found.datastores.filter(sees).map(({ datastore }) => datastore);
    if (found.failures.length === 0 && names.length > 0) {
      assertKnown(datastore, { what: "datastore", known });
    }
    const places = found.places.filter(sees);
    const { snapshots, warnings } = await readSnapshotsOf(pbs, places, { type, id });
    const owned = snapshots.filter(shows).map((one) => ({ ...one, owners: whose?.of(one, one) }));
    const rows = owned.filter((one) =>
      (vmid === undefined || type !== undefined || one.type !== "host") &&
      (verified === undefined || one.verified === verified && one.size_bytes !== undefined) &&
      (meant === undefined || one.owners === undefined || one.owners.includes(meant))
    );
    const missing = [...found.failures, ...warnings];
    if (missing.length > 0 && found.places.length === 0) {
      throw new AppError("unavailable", missing.join("; "));
    }
    const told = (row: Owned) => describe(visible.length > 1 ? row : { ...row, owners: [] });
    const { items, ...more } = describePage(rows, { key: keyOf, describe: told }, page);
    const filters = { vmid, id: given, type, server, datastore, namespace, verified };
    const among = names.length === 0
      ? "what is within the token's limits"
      : `what is on ${names.join(", ")}`;
    const empty = whyEmpty(rows, { filters: { ...filters, cluster: meant }, among });
    const unseen = found.unseen.filter(({ datastore, server }) =>
      datastore === undefined || sees({ datastore, server })
    );
    const all = [...missing, ...unseen.map(({ why }) => why), ...doubtsOf(whose, isWhole)];
    return { snapshots: items, ...more, ...warned(all.length > 0 ? all : empty) };
  },
});

/** Whose a backup is may be another's while some cluster does not tell where it stores. */
function doubtsOf(whose: Whose | null, isWhole: boolean): string[] {
  const { unread = [] } = whose ?? {};
  if (unread.length === 0) return [];
  return isWhole
    ? unread.map(({ cluster, why }) =>
      `whose a backup is leaves out a cluster that does not tell, ${cluster}: ${why}`
    )
    : ["some backups may be left out: whose they are is not known at the moment"];
}

function keyOf({ server, datastore, namespace, type, id, seconds }: Snapshot): string {
  return [newestFirst(seconds), server, datastore, namespace, type, id].join(" ");
}

interface Owned extends Snapshot {
  readonly owners?: readonly string[] | undefined;
}

function describe({ owners = [], ...snapshot }: Owned): Row {
  const [owner, ...others] = owners;
  const { id, namespace, seconds: _, size_bytes, type, verified, ...row } = snapshot;
  const unfinished = size_bytes === undefined;
  return compact({
    cluster: others.length === 0 ? owner : undefined,
    may_be_of: others.length === 0 ? undefined : [...owners],
    server: row.server,
    datastore: row.datastore,
    namespace: namespace === "" ? undefined : namespace,
    group: `${type}/${id}`,
    time: row.time,
    unfinished: unfinished ? true as const : undefined,
    verified: unfinished ? undefined : verified,
    verified_at: row.verified_at,
    protected: row.protected,
    encrypted: row.encrypted,
    size_bytes,
    owner: row.owner,
    comment: row.comment,
  });
}
