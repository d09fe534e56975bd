import { need } from "./access.ts";
import { Clock } from "./clock.ts";
import { type ApiMethod, type Contract, contract } from "./contract.ts";
import { die } from "./errors.ts";
import { type Identity, ownerOf } from "./identity.ts";
import type { FakeNode, FakeState } from "./state.ts";
import { FakeConsoles } from "./console.ts";
import type { Params } from "./validate.ts";

/** Another simulated cluster, as this one reaches it. */
export interface Neighbour {
  /** Where it really listens. */
  url: string;
  world: World;
}

/** The simulated cluster at work: its state, its clock and what belongs to no single family of methods. */
export class World extends Clock {
  readonly contract: Contract = contract();
  /** What the simulator itself did wrong, by method and path. */
  readonly faults: string[] = [];
  /** The nodes of other clusters, by `address:port`. */
  readonly neighbours = new Map<string, Neighbour>();
  /** What opened the tunnels that guests come in by, by UPID. */
  readonly tunnels = new Map<string, Call>();
  /** The node whose API is being spoken to. */
  readonly local: string;
  readonly consoles = new FakeConsoles();

  constructor(readonly state: FakeState, clock: () => number) {
    super(clock);
    this.local = [...state.nodes.keys()][0] ?? "pve1";
  }

  /** What the processes of Proxmox keep of the cluster's members. */
  members?: { readonly online: string; readonly quorate: boolean };

  quorate(): boolean {
    const { nodes, qdevice } = this.state;
    const votesOf = (of: FakeNode[]) => of.reduce((sum, { votes = 1 }) => sum + votes, 0);
    const all = [...nodes.values()];
    const online = votesOf(all.filter((node) => node.online));
    const device = qdevice === undefined ? 0 : qdevice.algorithm === "LMS" ? nodes.size - 1 : 1;
    return (online + (qdevice?.connected ? device : 0)) * 2 > votesOf(all) + device;
  }

  version8(): boolean {
    return this.state.version.startsWith("8.");
  }

  log(node: string, who: string, msg: string, tag = "pvedaemon"): void {
    const uid = (this.state.log.at(-1)?.uid ?? 0) + 1;
    this.state.log.push({ uid, time: this.seconds(), msg, node, pid: 200, pri: 6, tag, user: who });
  }
}

/** One request that passed authentication, permission and parameter checks. */
export interface Call {
  world: World;
  state: FakeState;
  who: Identity;
  api: ApiMethod;
  params: Params;
}

/** Gives the `data` of the answer, or refuses by throwing. */
export type Handler = (call: Call) => unknown;

export type Handlers = Record<string, Handler>;

/** A list whose answer carries a `total`, or the `changes` that wait for being applied, beside `data`. */
export class Listed {
  constructor(
    readonly data: unknown[],
    readonly total: number | undefined,
    readonly changes?: string,
  ) {}
}

export function needs(call: Call, path: string, wanted: string[], any = false): void {
  need(call.state, call.who, path, wanted, any);
}

export function ownerOfCall(call: Call): string {
  return ownerOf(call.who);
}

export function nodeOf(call: Call): FakeNode {
  const name = call.params.text("node");
  const node = call.state.nodes.get(name === "localhost" ? call.world.local : name);
  return node ?? die(`no such node '${name}'`);
}
