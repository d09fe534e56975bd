import { AppError } from "../errors.ts";
import { text } from "../proxmox/api/values.ts";
import { instead } from "../proxmox/known.ts";
import type { CallsBackupServers } from "./call.ts";
import type { Pbs } from "./pbs.ts";

export interface GivenStore {
  readonly server?: string | undefined;
  readonly datastore?: string | undefined;
}

/** The one datastore that a change is about. */
export interface ChosenStore {
  readonly pbs: Pbs;
  readonly store: string;
}

/**
 * The datastore that is named, or the only one that there is.
 *
 * @param options.sees whether the caller may know of one
 * @throws AppError `not_found`; `invalid` when it could be one of several; `unavailable` when a server that
 * does not answer may have it too
 */
export async function chooseStore(
  servers: CallsBackupServers,
  { server, datastore }: GivenStore,
  { sees = () => true }: { sees?: (at: { server: string; datastore: string }) => boolean } = {},
): Promise<ChosenStore> {
  const names = server === undefined ? servers.names : [servers.of(server).server];
  const { results, failures } = await servers.readEach(
    async (reader) => (await reader.list("/admin/datastore")).map(({ store }) => text(store) ?? ""),
    { names },
  );
  const all = results.flatMap(({ server, value }) => value.map((store) => ({ server, store })))
    .filter(({ server, store }) => sees({ server, datastore: store }));
  const found = all.filter(({ store }) => datastore === undefined || store === datastore);
  const [first, ...others] = found;
  const [failure] = failures;
  if (first === undefined) {
    if (failure !== undefined) throw failure.error;
    throw new AppError("not_found", missing(datastore, all.map(({ store }) => store)));
  }
  const shown = found.map(({ server, store }) => `${server}:${store}`).join(", ");
  if (others.length > 0) {
    const which = datastore === undefined
      ? "name the datastore and its server"
      : `datastore ${datastore} is on several servers: name one`;
    throw new AppError("invalid", `${which}: ${shown}`);
  }
  if (failure !== undefined) {
    const doubt = `whether it is the only one is not known: name the server, as ${first.server}`;
    throw new AppError("unavailable", `${failure.error.message}; ${shown} is there, but ${doubt}`);
  }
  return { pbs: servers.of(first.server), store: first.store };
}

function missing(datastore: string | undefined, stores: readonly string[]): string {
  const hint = "a token sees those on which it has a right";
  if (datastore === undefined) return `there is no datastore; ${hint}`;
  const names = [...new Set(stores)].sort();
  return `there is no datastore ${datastore}${instead(datastore, names)}; ${hint}`;
}
