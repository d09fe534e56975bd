import { AppError } from "../errors.ts";
import type { CallsBackupServers } from "../pbs/call.ts";
import type { Place } from "../pbs/snapshots.ts";
import { DEFAULT_PORT, plainFingerprint } from "../pbs/syncs.ts";
import { NODE } from "../pbs/tasks.ts";
import { number, text } from "../proxmox/api/values.ts";
import { gather } from "../proxmox/fan_out.ts";
import type { Pve } from "../proxmox/pve.ts";
import { type Definition, readDefinitions } from "../proxmox/storage/definitions.ts";
import { placesOf } from "../proxmox/storage/places.ts";

/** A storage of the cluster that is a datastore of a backup server of the config. */
export interface ServedStorage {
  readonly storage: string;
  readonly place: Place;
  /** As whom the cluster stores there: `user@realm`, or `user@realm!token`. */
  readonly username: string;
}

export interface ServedStorages {
  readonly storages: readonly ServedStorage[];
  /** Storages of backup servers that the config does not name, and what could not be read. */
  readonly warnings: readonly string[];
  /** Why the cluster's storages are not known. */
  readonly unread?: AppError;
}

/** Which storages are whose: by address, else by certificate, else by what both say the server is. */
export async function findServed(pve: Pve, pbs: CallsBackupServers): Promise<ServedStorages> {
  if (pbs.names.length === 0) return { storages: [], warnings: [] };
  let definitions: Definition[];
  try {
    definitions = (await readDefinitions(pve)).filter(({ type }) => type === "pbs");
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    const warnings = [`the storages could not be read: ${error.message}`];
    return { storages: [], warnings, unread: error };
  }
  const known = definitions.map((one) => ({ one, server: serverOf(one, pbs) }));
  const strange = known.filter(({ server }) => server === undefined).map(({ one }) => one);
  const asked = strange.length === 0 ? new Map() : await askWho(pve, pbs, strange);
  const warnings: string[] = [];
  const storages = known.flatMap(({ one, server }): ServedStorage[] => {
    const { storage, server: host, datastore, namespace = "" } = one;
    const name: string | undefined = server ?? asked.get(storage);
    if (name !== undefined) {
      const place = { server: name, datastore: String(datastore), namespace: String(namespace) };
      return [{ storage, place, username: text(one.username) ?? DEFAULT_USER }];
    }
    warnings.push(
      `storage ${storage} is at ${host}, which is none of backup_servers: of its backups only ` +
        "what Proxmox VE lists is known",
    );
    return [];
  });
  return { storages, warnings };
}

/** Whom a storage of Proxmox VE names that names nobody. */
const DEFAULT_USER = "root@pam";

function serverOf(storage: Definition, pbs: CallsBackupServers): string | undefined {
  const [host, port] = [text(storage.server), number(storage.port) ?? DEFAULT_PORT];
  return findServer(pbs, { host, port, fingerprint: text(storage.fingerprint) });
}

/** The server of the config at this address, else with this certificate. */
export function findServer(
  pbs: Pick<CallsBackupServers, "places">,
  { fingerprint, host, port }: {
    host: string | undefined;
    port: number;
    fingerprint: string | undefined;
  },
): string | undefined {
  const at = pbs.places.find((place) => place.host === host && place.port === port);
  const shown = plainFingerprint(fingerprint);
  const trusted = pbs.places.find((place) =>
    shown !== undefined && plainFingerprint(place.fingerprint) === shown
  );
  return (at ?? trusted)?.name;
}

/** By storage the server that is the same by its own words; Proxmox VE hands these on since May 2026. */
async function askWho(
  pve: Pve,
  pbs: CallsBackupServers,
  storages: readonly Definition[],
): Promise<ReadonlyMap<string, string>> {
  const resources = await pve.resources();
  const [{ results }, servers] = await Promise.all([
    gather(storages, {
      name: ({ storage }) => storage,
      read: async ({ storage }) => {
        const { places: [place] } = placesOf(resources, { storage }, pve.advice);
        if (place === undefined) return { storage, id: undefined };
        const { id } = await pve.get("/nodes/{node}/storage/{storage}/identity", place);
        return { storage, id: text(id) };
      },
    }),
    pbs.readEach(async (reader) =>
      text((await reader.get("/nodes/{node}/identity", { node: NODE }))["pbs-instance-id"])
    ),
  ]);
  return new Map(results.flatMap(({ storage, id }): [string, string][] => {
    const found = servers.results.find(({ value }) => id !== undefined && value === id);
    return found === undefined ? [] : [[storage, found.server]];
  }));
}
