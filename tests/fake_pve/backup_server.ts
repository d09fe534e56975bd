import type { FakePbs, FakeSnapshot } from "../fake_pbs.ts";
import { removeSnapshot, sizeOf, timeText, usageOf } from "../fake_pbs/stores.ts";

import { contract } from "./contract.ts";
import { die } from "./errors.ts";
import { newAgent } from "./guests.ts";
import type { BackupServer, FakeState, FakeVolume, GuestConfig } from "./state.ts";
import { schemaOf } from "./validate.ts";

/** A datastore of a backup server as a storage of the cluster. */
export interface BackupStorage {
  /** Default `pbs1`. */
  storage?: string;
  /** Default `store1`. */
  datastore?: string;
  /** Default the root. */
  namespace?: string;
}

/** Adds the storage; what it lists is what the server has at that moment. */
export function addBackupServer(
  state: FakeState,
  pbs: FakePbs,
  { datastore = "store1", namespace = "", storage = "pbs1" }: BackupStorage = {},
): void {
  const { name, user } = pbs.tokenFor("backup");
  const username = `${user}!${name}`;
  const server = new ServedStorage(state, pbs, { datastore, namespace, storage, username });
  state.storages.set(storage, {
    storage,
    type: "pbs",
    content: ["backup"],
    shared: true,
    inactive: [],
    get total() {
      return server.usage().total;
    },
    baseUsed: 0,
    options: {
      server: pbs.host,
      port: pbs.port,
      datastore,
      ...(namespace === "" ? {} : { namespace }),
      username,
      fingerprint: pbs.fingerprint,
      "prune-backups": "keep-all=1",
    },
    server,
  });
}

interface Place {
  storage: string;
  datastore: string;
  namespace: string;
  username: string;
}

class ServedStorage implements BackupServer {
  readonly #pve: FakeState;
  readonly #pbs: FakePbs;
  readonly #place: Place;

  constructor(pve: FakeState, pbs: FakePbs, place: Place) {
    this.#pve = pve;
    this.#pbs = pbs;
    this.#place = place;
  }

  reachable(): boolean {
    return this.#pbs.reachable;
  }

  identity(): string {
    return this.#pbs.state.instanceId;
  }

  usage(): { total: number; used: number; avail: number } {
    const store = this.#pbs.state.datastores.get(this.#place.datastore);
    return store ? usageOf(store) : { total: 0, used: 0, avail: 0 };
  }

  /** Without backups of hosts, of ids that are no numbers, and of other namespaces. */
  volumes(): FakeVolume[] {
    return this.#backups().map(({ group, snapshot }) => this.#volume(group, snapshot));
  }

  add({ backup, ctime, notes, protected: kept, size, vmid }: Parameters<BackupServer["add"]>[0]) {
    const type = backup.type === "qemu" ? "vm" : "ct";
    const config = Object.entries(backup.config).map(([key, value]) => `${key}: ${value}\n`);
    const { datastore, namespace, username } = this.#place;
    this.#pbs.takeBackup({
      store: datastore,
      ns: namespace,
      type,
      id: String(vmid),
      owner: username,
      time: ctime,
      bytes: size,
      config: config.join(""),
      ...(notes === undefined ? {} : { notes }),
      ...(kept ? { protected: true } : {}),
    });
    return this.#volid({ type, id: String(vmid) }, { time: ctime });
  }

  remove(volid: string): void {
    const found = this.#found(volid);
    const store = this.#pbs.state.datastores.get(this.#place.datastore);
    if (found && store) removeSnapshot(store, found.group, found.snapshot);
  }

  flaw(volid: string): string | undefined {
    const snapshot = this.#found(volid)?.snapshot;
    if (!snapshot?.files.length) return "unable to load blob 'index.json.blob' - No such file";
    if (snapshot.fingerprint !== undefined) {
      return `missing key - manifest was created with key ${snapshot.fingerprint.slice(0, 23)}`;
    }
    return snapshot.damaged ? "restore failed: chunk has wrong digest" : undefined;
  }

  #backups() {
    const { datastore, namespace } = this.#place;
    const groups = this.#pbs.state.datastores.get(datastore)?.groups ?? [];
    return groups
      .filter((one) => one.ns === namespace && one.type !== "host" && /^\d+$/.test(one.id))
      .flatMap((group) => group.snapshots.map((snapshot) => ({ group, snapshot })));
  }

  #found(volid: string) {
    return this.#backups().find((one) => this.#volid(one.group, one.snapshot) === volid);
  }

  #volid({ id, type }: { type: string; id: string }, { time }: { time: number }): string {
    return `${this.#place.storage}:backup/${type}/${id}/${timeText(time)}`;
  }

  #volume(group: { type: string; id: string }, snapshot: FakeSnapshot): FakeVolume {
    const vmid = Number(group.id);
    const guest = this.#pve.guests.get(vmid);
    const { notes, verification } = snapshot;
    const encrypted = snapshot.files.some((file) => file["crypt-mode"] === "encrypt");
    return {
      volid: this.#volid(group, snapshot),
      storage: this.#place.storage,
      content: "backup",
      format: `pbs-${group.type}`,
      // An unfinished one has no size of its own.
      size: sizeOf(snapshot) ?? 1,
      ctime: snapshot.time,
      vmid,
      ...(notes === undefined ? {} : { notes }),
      ...(snapshot.protected ? { protected: true } : {}),
      ...(verification ? { verification: { ...verification } } : {}),
      ...(encrypted ? { encrypted: snapshot.fingerprint ?? "1" } : {}),
      backup: {
        type: group.type === "vm" ? "qemu" : "lxc",
        config: configOf(group.type === "vm" ? "qemu" : "lxc", snapshot.config ?? ""),
        answersShutdown: guest?.answersShutdown ?? true,
        os: { ...(guest?.agent ?? newAgent()).osinfo },
      },
    };
  }
}

/** The file of a backup, read as a guest's configuration. */
function configOf(type: "qemu" | "lxc", text: string): GuestConfig {
  const { returns } = contract().find("GET", `/nodes/pve1/${type}/100/config`)?.api ??
    die("no such method");
  const valueOf = (key: string, value: string) =>
    schemaOf(returns.properties ?? {}, key)?.type === "string" || !/^\d+$/.test(value)
      ? value
      : Number(value);
  const lines = text.split("\n").filter((line) => line !== "");
  return Object.fromEntries(lines.map((line) => {
    const [, key = die(`unable to parse '${line}'`), value = ""] = /^(\w+): (.*)$/.exec(line) ?? [];
    return [key, valueOf(key, value)];
  }));
}
