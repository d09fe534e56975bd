import type { CallsBackupServers } from "../pbs/call.ts";
import { placeText } from "../pbs/places.ts";
import type { Place, Snapshot } from "../pbs/snapshots.ts";
import { readSyncs } from "../pbs/syncs.ts";
import type { GuestType } from "../proxmox/guest/directory.ts";
import { type Route, routesOf, targetOf } from "./copies.ts";
import type { ServedStorage } from "./storages.ts";

/** What of a cluster tells which backups are its own. */
export interface Tenant {
  readonly cluster: string;
  readonly storages: readonly ServedStorage[];
  readonly guests: ReadonlyMap<number, GuestType>;
  /** Why nothing is known of it. */
  readonly unread?: string;
  /** It does not answer now: this is what it said last. */
  readonly isLate?: true;
}

/** A group of backups, and by which token or user it is owned. */
type OwnedGroup = Pick<Snapshot, "id" | "type"> & { readonly owner?: string | undefined };

interface User {
  readonly tenant: Tenant;
  readonly place: Place;
  /** As whom the cluster stores there; undefined for copies, which sync jobs have brought. */
  readonly username: string | undefined;
}

/** Longer no server is waited for, that may have nothing to do with what is asked. */
const PATIENCE_MS = 5_000;

/** As many sync jobs in a row are followed. */
const MOST_HOPS = 8;

/**
 * Of which clusters backups may be: of those that store at the place, or whose backups are copied there, and
 * of these by the token that owns the group, then by which has a guest of the kind and number.
 */
export class Whose {
  readonly #users: ReadonlyMap<string, readonly User[]>;
  /** Clusters of which nothing is known, which may store anywhere, and why. */
  readonly unread: readonly { readonly cluster: string; readonly why: string }[];

  constructor(tenants: readonly Tenant[], routes: readonly Route[] = []) {
    const users = new Map<string, User[]>();
    const note = (user: User) => {
      const key = placeText(user.place);
      users.set(key, [...users.get(key) ?? [], user]);
    };
    for (const tenant of tenants) {
      for (const { place, username } of tenant.storages) {
        note({ tenant, place, username });
        for (const copy of copiesOf(place, routes)) {
          note({ tenant, place: copy, username: undefined });
        }
      }
    }
    this.#users = users;
    this.unread = tenants.flatMap(({ cluster, unread: why }) =>
      why === undefined ? [] : [{ cluster, why }]
    );
  }

  /** The same with what sync jobs have copied; of a server that does not tell its jobs no copies are known. */
  static async withCopies(
    tenants: readonly Tenant[],
    pbs: CallsBackupServers,
  ): Promise<Whose> {
    const { results } = await pbs.readEach(readSyncs, { limitMs: PATIENCE_MS });
    return new Whose(tenants, routesOf(results.map(({ value }) => value), pbs));
  }

  /** The clusters in order: one when it is told, none when nothing tells it. */
  of(place: Place, group: OwnedGroup): readonly string[] {
    const users = this.#users.get(placeText(place)) ?? [];
    const owners = users.filter(({ username }) => isOwner(username, group.owner));
    const possible = new Map(
      (owners.length > 0 ? owners : users).map(({ tenant }) => [tenant.cluster, tenant]),
    );
    const having = [...possible.values()].filter(({ guests }) => {
      const type = guests.get(Number(group.id));
      return type !== undefined && group.type === (type === "qemu" ? "vm" : "ct");
    });
    if (group.type === "host") return [];
    return possible.size === 1 || having.length === 0
      ? [...possible.keys()]
      : having.map(({ cluster }) => cluster);
  }

  /** The same, and those of which nothing is known, unless the token that owns the group tells it. */
  possible(place: Place, group: OwnedGroup): readonly string[] {
    const known = this.of(place, group);
    if (this.unread.length === 0 || this.isOwned(place, group)) return known;
    return [...known, ...this.unread.map(({ cluster }) => cluster)];
  }

  /** Whether the token that owns the group tells it, whatever clusters there are that nobody can ask. */
  isOwned(place: Place, { owner }: OwnedGroup): boolean {
    const users = this.#users.get(placeText(place)) ?? [];
    return users.some(({ username }) => isOwner(username, owner));
  }

  /** Where these clusters store, or where their backups are copied. */
  places(clusters: readonly string[]): Place[] {
    return [...this.#users.values()].flatMap((users) =>
      users.filter(({ tenant }) => clusters.includes(tenant.cluster)).map(({ place }) => place)
    );
  }
}

/** As a backup server judges it: a user owns what the user's tokens do (`check_backup_owner`). */
function isOwner(username: string | undefined, owner: string | undefined): boolean {
  if (username === undefined || owner === undefined) return false;
  return username === owner || owner.startsWith(`${username}!`);
}

/** Where sync jobs bring what is at a place, one after another. */
function copiesOf(place: Place, routes: readonly Route[]): Place[] {
  const found = new Map<string, Place>([[placeText(place), place]]);
  let last = [place];
  for (let hop = 0; hop < MOST_HOPS && last.length > 0; hop++) {
    const next = last.flatMap((from) =>
      routes.flatMap((route): Place[] => {
        const end = targetOf(route, from);
        return end?.server === undefined ? [] : [{ ...end, server: end.server }];
      })
    ).filter((each) => !found.has(placeText(each)));
    for (const each of next) found.set(placeText(each), each);
    last = next;
  }
  found.delete(placeText(place));
  return [...found.values()];
}
