import type { Beginning } from "../database/beginning.ts";
import type { Params } from "./api/client.ts";

/** Vmids that are kept; a call about more is about no guest in particular. */
export const MOST_TOUCHED = 1_000;

/** Parameters that name guests, by their vmids or as HA does; the others may name a volume of one. */
const NAMING = new Set([
  ...["vmid", "vmids", "newid", "target-vmid", "vms", "guest", "sid", "id"],
  "resources",
]);

/** How a path or a volume's name tells whose it is. */
const OWNERS: readonly RegExp[] = [
  /\/(?:qemu|lxc)\/(\d{3,9})(?=\/|$)/g,
  /[:/]vzdump-(?:qemu|lxc|openvz)-(\d{3,9})-/g,
  /:backup\/(?:vm|ct)\/(\d{3,9})\//g,
  /[:/](?:vm|base|subvol|basevol)-(\d{3,9})-/g,
  /\/ha\/resources\/(?:(?:vm|ct):)?(\d{3,9})(?=\/|$)/g,
  // An ACL's path: Proxmox puts the first slash before it, and makes one of several.
  /(?:^|\/)vms\/+(\d{3,9})(?=\/|$)/g,
  /\/replication\/(\d{3,9})-\d+(?=\/|$)/g,
  /\/tasks\/UPID:[^:]+:(?:[^:]+:){3}\w+:(\d{3,9}):/g,
  // In a folder any name will do: `local:101/system.qcow2`, `local:900/base.qcow2/101/system.qcow2`.
  /[:/](\d{3,9})\/[^/,\s]+\.(?:qcow2|raw|subvol|vmdk)(?=[,/\s]|$)/g,
];

/**
 * Makes durable that these guests are about to be changed; false where that could not be begun, or is not
 * permitted now.
 */
export type Announce = (vmids: readonly number[], beginning?: Beginning) => Promise<boolean>;

/**
 * The guests that a call turns out to be about. What is about to be changed is announced, durably, before
 * the first change of a call and before the first one about a guest that was not announced yet.
 */
export class Touched {
  readonly #announce: Announce;
  readonly #permit: () => Promise<void>;
  readonly #known = new Set<number>();
  readonly #held = new Set<number>();
  readonly #announced = new Set<number>();
  #isAny = false;
  #announcements: Promise<unknown> | undefined;
  #hasAnnounced = false;

  /**
   * @param announce a rejection keeps the change from being sent, and all that follow
   * @param permit rejects while that is not permitted of which nothing is announced
   */
  constructor(announce: Announce, permit: () => Promise<void> = () => Promise.resolve()) {
    this.#announce = announce;
    this.#permit = permit;
  }

  /** In order. */
  get vmids(): readonly number[] {
    return [...this.#known.union(this.#held)].sort((a, b) => a - b);
  }

  /** True where guests may be concerned that nobody tells of: which ones it is about is not known. */
  get isAny(): boolean {
    return this.#isAny || this.vmids.length >= MOST_TOUCHED;
  }

  /** Notes that any guest may be concerned. */
  noteAny(): void {
    this.#isAny = true;
  }

  note(vmid: number): void {
    if (this.#known.size < MOST_TOUCHED) this.#known.add(vmid);
  }

  /** The same for a vmid that may be let go before anything happens to it. */
  hold(vmid: number): void {
    if (this.#held.size < MOST_TOUCHED) this.#held.add(vmid);
  }

  letGo(vmid: number): void {
    this.#held.delete(vmid);
  }

  /** Notes the guests that a request names. */
  noteRequest(path: string, params: Params): void {
    for (const vmid of ownersIn(decoded(path))) this.note(vmid);
    this.noteNamed(params);
  }

  /** Notes the guests that parameters name, or that a thing named before it is changed. */
  noteNamed(params: Readonly<Record<string, unknown>>): void {
    for (const [name, given] of Object.entries(params)) {
      const named = NAMING.has(name) ? vmidsIn : ownersIn;
      for (const value of [given].flat()) {
        if (typeof value !== "string" && typeof value !== "number") continue;
        for (const vmid of named(String(value))) this.note(vmid);
      }
    }
  }

  /**
   * Resolves when everything that is noted has been announced, and is permitted; false when what is to begin
   * with that has been begun by another, and nothing was announced.
   */
  async announce(beginning?: Beginning): Promise<boolean> {
    const { vmids } = this;
    if (this.#hasAnnounced && vmids.every((vmid) => this.#announced.has(vmid))) {
      await this.#permit();
      await this.#announcements;
      return beginning === undefined || await beginning.alone();
    }
    const announcement = this.#announcedNow(vmids, beginning);
    this.#announcements = Promise.all([this.#announcements, announcement]);
    // Who comes meanwhile waits for this one, unless it may come to nothing.
    if (beginning === undefined) this.#noteAnnounced(vmids);
    await this.#announcements;
    const begun = await announcement;
    if (begun) this.#noteAnnounced(vmids);
    return begun;
  }

  async #announcedNow(vmids: readonly number[], beginning?: Beginning): Promise<boolean> {
    while (!await this.#announce(vmids, beginning)) {
      await this.#permit();
      if (beginning !== undefined) return false;
    }
    return true;
  }

  #noteAnnounced(vmids: readonly number[]): void {
    this.#hasAnnounced = true;
    for (const vmid of vmids) this.#announced.add(vmid);
  }
}

/** `101,102`, `vm:101` or one of a replication job. What is no part of a name parts them: Proxmox takes NUL too. */
function vmidsIn(text: string): number[] {
  return text.split(/[^\w:-]+/).map((part) => /^(?:vm:|ct:)?(\d{3,9})(?:-\d+)?$/.exec(part)?.[1])
    .filter((vmid) => vmid !== undefined).map(Number);
}

function ownersIn(text: string): number[] {
  return OWNERS.flatMap((owner) => [...text.matchAll(owner)].map((match) => Number(match[1])));
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
