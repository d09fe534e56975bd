import { makeBackupServerCertificate } from "./fake_pve/certificate.ts";
import type { Fault, FaultMatch } from "./fake_pve/faults.ts";
import type { FakeRequest } from "./fake_pve/https.ts";
import { once } from "./fake_pve/once.ts";
import { requireSound } from "./fake_pve/sound.ts";
import { type BackupPlan, takeBackup } from "./fake_pbs/backups.ts";
import { handlers } from "./fake_pbs/routes.ts";
import { emptyState, seedWorld } from "./fake_pbs/seed.ts";
import { PbsServer } from "./fake_pbs/server.ts";
import type { FakePbsState, FakeSnapshot } from "./fake_pbs/state.ts";
import { finishTasks, settle } from "./fake_pbs/tasks.ts";
import { PbsWorld } from "./fake_pbs/world.ts";

export type { BackupPlan } from "./fake_pbs/backups.ts";
export type * from "./fake_pbs/state.ts";

export interface FakePbsOptions {
  /** Default 0, any free one. */
  port?: number;
  /** Its host name, default "pbs"; each has a certificate and an identity of its own. */
  node?: string;
  /** Default "4.2.1". */
  version?: string;
  /** Clock in milliseconds, default `Date.now`. */
  now?: () => number;
  /** When its backups were made what they are, in milliseconds, default now. */
  seededAt?: number;
  /** Status reads of a task that answer "running" before it is finished; default 1. */
  taskPolls?: number;
  /** Milliseconds that tasks last, instead of `taskPolls`. */
  taskMs?: number;
  /** Extra groups of one snapshot in `store1`, from `vm/1000` on; default 0. */
  guests?: number;
  /** Without datastores, jobs, remotes and tasks; default false. */
  empty?: boolean;
  /** What waits, in milliseconds; default nothing. As in reality: 3,000, 500 and 10,000. */
  delays?: Partial<FakePbsState["delays"]>;
}

export interface FakePbsTokenValue {
  user: string;
  name: string;
  value: string;
}

/**
 * admin: all; audit: Audit on `/` and RemoteAudit on `/remote`; operator: DatastoreAdmin on `store1`;
 * backup: DatastoreBackup there, as Proxmox VE has; tenant: DatastoreAdmin in the namespace `tenant-a`;
 * none: nothing.
 */
export type PbsTokenKind = "admin" | "audit" | "operator" | "backup" | "tenant" | "none";

export interface FakePbs {
  host: string;
  port: number;
  url: string;
  /** PEM of its self-signed certificate, which a client may trust by. */
  caPem: string;
  /** SHA-256 of the certificate: `AA:BB:…` */
  fingerprint: string;
  /** `root@pam!mcp`, which may do everything that a token may. */
  token: FakePbsTokenValue;
  tokenFor(kind: PbsTokenKind): FakePbsTokenValue;
  /** Everything received, in order. */
  requests: FakeRequest[];
  /** Live: tests may read and change it. */
  state: FakePbsState;
  /** TCP connections accepted so far. */
  connections: number;
  /** Spoils the next matching requests (default: one); returns the undo. */
  fault(match: FaultMatch, what: Fault, options?: { times?: number }): () => void;
  /** Refuses the next matching request with a status and, as its body, a text. */
  failNext(match: FaultMatch, status: number, message: string): () => void;
  /** Requests whose answer is neither complete nor given up by the client. */
  unanswered: number;
  /** Whether it takes connections. */
  reachable: boolean;
  /** Adds a backup as its client would, with its task. */
  takeBackup(plan: BackupPlan): FakeSnapshot;
  /** Ends every connection and refuses new ones, until `plug`. */
  unplug(): Promise<void>;
  /** Answers again. */
  plug(): Promise<void>;
  /** Moves the clock forward. */
  tick(ms: number): void;
  /** Ends one running task, or all of them, now. */
  finishTasks(upid?: string): void;
  /** Rejects when the simulator itself did wrong, as with an answer that its contract does not allow. */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

const certificateOfNode = once(() => makeBackupServerCertificate("pbs"));

const owners: Record<PbsTokenKind, string> = {
  admin: "root@pam",
  audit: "auditor@pbs",
  operator: "operator@pbs",
  backup: "pve@pbs",
  tenant: "tenant@pbs",
  none: "nobody@pbs",
};

/** Starts a simulated Proxmox Backup Server behind real HTTPS on 127.0.0.1. */
export async function startFakePbs(options: FakePbsOptions = {}): Promise<FakePbs> {
  const clock = options.now ?? Date.now;
  const node = options.node ?? "pbs";
  const certificate = node === "pbs" ? certificateOfNode() : makeBackupServerCertificate(node);
  const seeding = {
    node,
    version: options.version ?? "4.2.1",
    guests: options.guests ?? 0,
    taskPolls: options.taskPolls ?? 1,
    taskMs: options.taskMs,
    now: options.seededAt ?? clock(),
    certificate,
  };
  const state = emptyState(seeding);
  Object.assign(state.delays, options.delays);
  const world = new PbsWorld(state, clock);
  if (!options.empty) seedWorld(world, seeding);
  const server = new PbsServer({ world, handlers }, certificate);
  const port = await server.listen(options.port ?? 0);
  const tokenFor = (kind: PbsTokenKind): FakePbsTokenValue => {
    const token = state.tokens.find((one) => one.user === owners[kind]);
    return { user: owners[kind], name: token?.name ?? "", value: token?.value ?? "" };
  };
  let closed: Promise<void> | undefined;
  const close = () => closed ??= server.close().then(() => requireSound(world));
  return {
    host: "127.0.0.1",
    port,
    url: `https://127.0.0.1:${port}`,
    caPem: certificate.caPem,
    fingerprint: certificate.fingerprint,
    token: tokenFor("admin"),
    tokenFor,
    requests: server.requests,
    state,
    get connections() {
      return server.connections;
    },
    get unanswered() {
      return server.unanswered;
    },
    fault: (match, what, { times = 1 } = {}) => server.fault(match, what, times),
    failNext: (match, status, message) =>
      server.fault(match, { kind: "status", status, message }, 1),
    get reachable() {
      return server.listening;
    },
    takeBackup: (plan) => takeBackup(world, plan),
    unplug: () => server.close(),
    plug: async () => void await server.listen(),
    tick: (ms) => {
      world.tick(ms);
      settle(world);
    },
    finishTasks: (upid) => finishTasks(world, upid),
    close,
    [Symbol.asyncDispose]: close,
  };
}
