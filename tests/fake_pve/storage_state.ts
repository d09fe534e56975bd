import type { GuestConfig, Scalar } from "./guest_state.ts";

export interface FakeStorage {
  storage: string;
  type: "cifs" | "dir" | "lvmthin" | "nfs" | "pbs" | "rbd" | "zfspool";
  content: string[];
  shared: boolean;
  disabled?: boolean;
  nodes?: string[];
  /** Nodes where it is configured but not reachable. */
  inactive: string[];
  total: number;
  /** Bytes used beside the volumes listed in the state. */
  baseUsed: number;
  /** By how many bytes a day it has filled so far. */
  growthPerDay?: number;
  options: Record<string, Scalar>;
  /** Its backups are on another server, which is asked for them. */
  server?: BackupServer;
}

/** Where the backups of a storage really are. */
export interface BackupServer {
  /** Whether it answers. */
  reachable(): boolean;
  /** What it calls itself. */
  identity(): string;
  volumes(): FakeVolume[];
  usage(): { total: number; used: number; avail: number };
  /** Keeps a backup, and gives its volume's id. */
  add(volume: Required<Pick<FakeVolume, "vmid" | "backup">> & FakeVolume): string;
  remove(volid: string): void;
  /** Why a backup cannot be read, or undefined. */
  flaw(volid: string): string | undefined;
}

export interface FakeVolume {
  volid: string;
  storage: string;
  /** The only node that holds it; absent on shared storage. */
  node?: string;
  content: string;
  format: string;
  size: number;
  used?: number;
  /** Unix seconds. */
  ctime: number;
  vmid?: number;
  parent?: string;
  notes?: string;
  protected?: boolean;
  /** Backup verification of a Proxmox Backup Server storage. */
  verification?: { state: "ok" | "failed"; upid: string };
  encrypted?: string;
  /** A backup's guest as it was. */
  backup?: {
    type: "qemu" | "lxc";
    config: GuestConfig;
    answersShutdown: boolean;
    os: Record<string, string>;
  };
}
