import { gather } from "../proxmox/fan_out.ts";
import { text } from "../proxmox/api/values.ts";
import type { CallsBackupServers } from "./call.ts";
import { grantsOf, lackingWithin } from "./grants.ts";
import type { PbsReader } from "./reader.ts";
import {
  type GroupFilter,
  type Place,
  readNamespaces,
  readSnapshots,
  type Snapshot,
} from "./snapshots.ts";
import { seesAllOf } from "./unseen.ts";

/** Where backups may be, and what is known to be missing. */
export interface Places {
  readonly places: readonly Place[];
  /** The datastores that there are, whatever was asked for. */
  readonly datastores: readonly Omit<Place, "namespace">[];
  /** Servers and datastores that could not be read, and why. */
  readonly failures: readonly string[];
  /** Of which the token sees its own backups only. */
  readonly unseen: readonly Unseen[];
}

interface Unseen {
  readonly server: string;
  /** Undefined: any of them. */
  readonly datastore: string | undefined;
  readonly why: string;
}

interface Wanted {
  readonly names: readonly string[];
  readonly datastore?: string | undefined;
  /** Empty: the root only; undefined: all. */
  readonly namespace?: string | undefined;
}

/** The namespaces of all datastores of these servers; lists of backups do not go into them by themselves. */
export async function readPlaces(
  pbs: CallsBackupServers,
  { names, datastore, namespace }: Wanted,
): Promise<Places> {
  const { results, failures } = await pbs.readEach(
    (reader) => placesOn(reader, { datastore, namespace }),
    { names },
  );
  const all = results.map(({ value }) => value);
  return {
    places: all.flatMap(({ places }) => places),
    datastores: all.flatMap(({ datastores }) => datastores),
    failures: [
      ...failures.map(({ error }) => error.message),
      ...all.flatMap(({ failures }) => failures),
    ],
    unseen: all.flatMap(({ unseen }) => unseen),
  };
}

async function placesOn(
  reader: PbsReader,
  { datastore, namespace }: Omit<Wanted, "names">,
): Promise<Places> {
  const [rows, permissions] = await Promise.all([
    reader.list("/admin/datastore"),
    reader.get("/access/permissions"),
  ]);
  const grants = grantsOf(permissions);
  const datastores = rows.map(({ store }) => text(store) ?? "").sort();
  const wanted = datastores.filter((name) => datastore === undefined || name === datastore);
  const { results, warnings } = await gather(wanted, {
    name: (store) => `datastore ${store} of ${reader.label} could not be read`,
    read: async (store) => (await readNamespaces(reader, store)).map((ns) => ({ store, ns })),
  });
  const places = results.flat().filter(({ ns }) => namespace === undefined || ns === namespace)
    .map(({ store, ns }): Place => ({ server: reader.server, datastore: store, namespace: ns }));
  const where = datastore === undefined ? "/datastore" : `/datastore/${datastore}`;
  const lacking = datastore === undefined || namespace === undefined
    ? lackingWithin(grants, where, "Datastore.Audit")
    : seesAllOf(grants, { datastore, namespace })
    ? []
    : [where];
  return {
    places,
    datastores: datastores.map((name) => ({ server: reader.server, datastore: name })),
    failures: warnings,
    unseen: lacking.map((path) => ({
      server: reader.server,
      datastore: path.split("/")[2],
      why: `${reader.label}: without Datastore.Audit on ${path} others' backups are not listed`,
    })),
  };
}

/** The backups at all these places, each server's within a time of its own; what fails is told. */
export async function readSnapshotsOf(
  pbs: CallsBackupServers,
  places: readonly Place[],
  filter: GroupFilter,
): Promise<{ snapshots: Snapshot[]; warnings: string[] }> {
  const parts = await Promise.all(
    [...Map.groupBy(places, ({ server }) => server)].map(([server, own]) =>
      gather(own, {
        name: (place) => `${placeText(place)} could not be read`,
        read: (place) => pbs.read(server, (reader) => readSnapshots(reader, place, filter)),
      })
    ),
  );
  return {
    snapshots: parts.flatMap(({ results }) => results.flat()),
    warnings: parts.flatMap(({ warnings }) => warnings),
  };
}

/** `pbs1:store1/tenant-a`. */
export function placeText({ server, datastore, namespace }: Place): string {
  return `${server}:${datastore}${namespace === "" ? "" : `/${namespace}`}`;
}
