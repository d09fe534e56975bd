import type { FakePbs } from "./fake_pbs.ts";
import { addBackupServer } from "./fake_pve/backup_server.ts";
import { makeCertificate } from "./fake_pve/certificate.ts";
import { once } from "./fake_pve/once.ts";
import { requireSound } from "./fake_pve/sound.ts";
import { handlers } from "./fake_pve/routes.ts";
import { seedState } from "./fake_pve/seed.ts";
import type { Fault, FaultMatch } from "./fake_pve/faults.ts";
import type { FakeRequest } from "./fake_pve/https.ts";
import { PveServer } from "./fake_pve/server.ts";
import type { FakeState } from "./fake_pve/state.ts";
import { finishTasks, settle } from "./fake_pve/tasks.ts";
import { type Neighbour, World } from "./fake_pve/world.ts";

export type { Fault, FaultMatch } from "./fake_pve/faults.ts";
export type { FakeRequest } from "./fake_pve/https.ts";
export type * from "./fake_pve/state.ts";

export interface FakePveOptions {
  /** Default 3: pve1, pve2, pve3. */
  nodes?: number;
  /** Extra generated guests, from vmid 1000 on; default 0. */
  guests?: number;
  /** Status reads of a task that answer "running" before it is finished; default 1. */
  taskPolls?: number;
  /** Milliseconds that tasks last, instead of `taskPolls`. */
  taskMs?: number;
  /** Stands before the names of its guests, by default nothing. */
  prefix?: string;
  /** Default "9.2.11"; an "8.x" has `VM.Monitor` and HA groups instead of rules. */
  version?: string;
  /** Clock in milliseconds, default `Date.now`. */
  now?: () => number;
  /** When its guests were made what they are, in milliseconds, default now. */
  seededAt?: number;
  /** Serve `/pve-docs/api-viewer/apidoc.js`, default true. */
  apidoc?: boolean;
  /** Default 0, any free one. */
  port?: number;
  /** Its certificate has ended an hour ago. */
  expired?: boolean;
  /** Its datastore `store1` is the storage `pbs1`. */
  backupServer?: FakePbs;
}

export interface FakeToken {
  user: string;
  name: string;
  value: string;
}

export type TokenKind = "full" | "auditor" | "operator" | "none";

export interface FakePve {
  host: string;
  port: number;
  url: string;
  /** PEM of the CA that signed the server's certificate; the chain sent does not hold it. */
  caPem: string;
  /** SHA-256 of the server's certificate as Proxmox shows it. */
  fingerprint: string;
  /** `root@pam!mcp`, which may do everything that a token may. */
  token: FakeToken;
  /** auditor: PVEAuditor on `/`; operator: PVEVMAdmin on `/pool/dev` only; none: nothing. */
  tokenFor(kind: TokenKind): FakeToken;
  /** Everything received, in order. */
  requests: FakeRequest[];
  /** Live: tests may read and change it. */
  state: FakeState;
  /** TCP connections accepted so far. */
  connections: number;
  /** Spoils the next matching requests (default: one); returns the undo. */
  fault(match: FaultMatch, what: Fault, options?: { times?: number }): () => void;
  /** The folder that stands for the /tmp of a container. */
  containerFolder(vmid: number): string;
  /** Powers a node off: 595 for its paths, its guests unknown, quorum lost with the majority. */
  offline(node: string): void;
  online(node: string): void;
  /** Requests whose answer is neither complete nor given up by the client. */
  unanswered: number;
  /** Ends every connection and refuses new ones, until `plug`. */
  unplug(): Promise<void>;
  /** Answers again. */
  plug(): Promise<void>;
  /** What other clusters reach it by. */
  neighbour: Neighbour;
  /** Lets its nodes reach those of another cluster by their own addresses. */
  meet(other: FakePve): void;
  /** Moves the clock forward. */
  tick(ms: number): void;
  /** Ends one running task, or all of them, now. */
  finishTasks(upid?: string): void;
  /** Rejects when the simulator itself did wrong, as with an answer that its contract does not allow. */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

const certificateOfNode = once(() => makeCertificate("pve1"));

const owners: Record<TokenKind, string> = {
  full: "root@pam",
  auditor: "auditor@pve",
  operator: "operator@pve",
  none: "nobody@pve",
};

/** Starts a simulated Proxmox VE cluster behind real HTTPS on 127.0.0.1. */
export async function startFakePve(options: FakePveOptions = {}): Promise<FakePve> {
  const clock = options.now ?? Date.now;
  const certificate = options.expired
    ? makeCertificate("pve1", { endsIn: -3_600_000 })
    : certificateOfNode();
  const state = seedState({
    nodes: options.nodes ?? 3,
    guests: options.guests ?? 0,
    prefix: options.prefix ?? "",
    version: options.version ?? "9.2.11",
    taskPolls: options.taskPolls ?? 1,
    taskMs: options.taskMs,
    now: options.seededAt ?? clock(),
    fingerprint: certificate.fingerprint,
  });
  if (options.backupServer) addBackupServer(state, options.backupServer);
  const world = new World(state, clock);
  const server = new PveServer({ world, handlers, apidoc: options.apidoc ?? true }, certificate);
  const port = await server.listen(options.port ?? 0);
  const tokenFor = (kind: TokenKind): FakeToken => {
    const token = state.tokens.find((one) => one.user === owners[kind]);
    return { user: owners[kind], name: token?.name ?? "", value: token?.value ?? "" };
  };
  const setOnline = (name: string, online: boolean) => {
    const node = state.nodes.get(name);
    if (!node) throw new Error(`Cannot switch node ${name}: no such node`);
    node.online = online;
  };
  let closed: Promise<void> | undefined;
  const close = () =>
    closed ??= server.close().then(() => {
      world.consoles.close();
      requireSound(world);
    });
  const url = `https://127.0.0.1:${port}`;
  return {
    host: "127.0.0.1",
    port,
    url,
    caPem: certificate.caPem,
    fingerprint: certificate.fingerprint,
    token: tokenFor("full"),
    tokenFor,
    requests: server.requests,
    state,
    get connections() {
      return server.connections;
    },
    get unanswered() {
      return server.unanswered;
    },
    unplug: () => server.close(),
    plug: async () => void await server.listen(),
    fault: (match, what, { times = 1 } = {}) => server.fault(match, what, times),
    containerFolder: (vmid) => world.consoles.folderOf(vmid),
    offline: (node) => setOnline(node, false),
    online: (node) => setOnline(node, true),
    neighbour: { url, world },
    meet: (other) => {
      for (const node of other.state.nodes.values()) {
        world.neighbours.set(`${node.ip}:8006`, other.neighbour);
        // All nodes are served by one listener, with its certificate.
        for (const one of node.certificates) {
          if (one.filename === "pve-ssl.pem") one.fingerprint = other.fingerprint;
        }
      }
    },
    tick: (ms) => {
      world.tick(ms);
      settle(world);
    },
    finishTasks: (upid) => finishTasks(world, upid),
    close,
    [Symbol.asyncDispose]: close,
  };
}
