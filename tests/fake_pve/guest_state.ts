import type { FakeTerminal } from "./terminal.ts";

export type Scalar = string | number;

export type GuestConfig = Record<string, Scalar>;

export interface FakeSnapshot {
  name: string;
  description: string;
  /** Unix seconds. */
  snaptime: number;
  parent?: string;
  /** True when the memory was saved too. */
  vmstate: boolean;
  /** Of one that was begun and broken off: its disks have no part of it. */
  snapstate?: "prepare" | "delete";
  config: GuestConfig;
}

/** What one command in a guest did; `polls` status reads answer "running" first. */
export interface ExecResult {
  exitcode?: number;
  signal?: number;
  out?: string;
  err?: string;
  polls?: number;
  /** Both truncation flags are set. */
  truncated?: boolean;
}

export interface FakeProcess extends ExecResult {
  polls: number;
}

export interface FakeAgent {
  /** Whether the agent answers inside the running guest. */
  running: boolean;
  /** File contents by absolute path, one character per byte. */
  files: Map<string, string>;
  processes: Map<number, FakeProcess>;
  nextPid: number;
  osinfo: Record<string, string>;
  /** Answer of `network-get-interfaces`, or of a container's `interfaces`. */
  interfaces: unknown[];
  /** When set, agent commands fail with `Agent error: …`. */
  error?: string;
  /** File systems are frozen: hardly a command is carried out. */
  frozen?: boolean;
  /** Commands that the agent's own settings forbid (`block-rpcs`), by their names there. */
  blocked?: readonly string[];
  /** Half a request was handed to it, whose end it waits for. */
  deaf?: boolean;
}

export interface FakeGuest {
  vmid: number;
  type: "qemu" | "lxc";
  node: string;
  config: GuestConfig;
  pending: GuestConfig;
  pendingDelete: string[];
  status: "running" | "stopped";
  paused: boolean;
  /** What QEMU says of a running VM instead: `io-error`, `suspended`, … */
  qmpstatus?: string;
  pool?: string;
  /** Milliseconds; for one second after it `/cluster/resources` knows nothing but the id. */
  createdAt: number;
  startedAt: number;
  /** What `/cluster/resources` still says after a change of the power state. */
  listed?: { status: "running" | "stopped"; since: number };
  snapshots: FakeSnapshot[];
  /** The snapshot that the current state descends from. */
  parent?: string;
  agent: FakeAgent;
  /** Of a container. */
  terminal: FakeTerminal;
  /** False: a shutdown ends in `got timeout`, as with a VM that has no operating system. */
  answersShutdown: boolean;
  /** Shares of the guest's own limits, 0 to 1. */
  load: { cpu: number; mem: number; disk: number };
  counters: { netin: number; netout: number; diskread: number; diskwrite: number };
  firewall: FakeFirewall;
}

export interface FakeRule {
  [key: string]: Scalar | undefined;
  type: string;
  action: string;
  enable: number;
}

export interface FakeFirewall {
  options: Record<string, Scalar>;
  rules: FakeRule[];
  /** Names. */
  aliases?: string[];
  ipsets?: string[];
}
