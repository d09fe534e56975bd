import type { AppError } from "../../errors.ts";
import { Gate } from "./gate.ts";
import type { Dial } from "../../upstream/line.ts";
import type { Retries } from "../../upstream/request.ts";
import type { Transport } from "../../upstream/transport.ts";

export interface ClientOptions extends Retries {
  /** Host names or addresses, tried in order when one cannot be connected to. */
  readonly hosts: readonly string[];
  readonly port: number;
  readonly user: string;
  readonly tokenName: string;
  readonly tokenValue: string;
  /** What to do when Proxmox rejects the token; for the server's own by default. */
  readonly rejected?: string;
  /** What stands before the keys of the config that name the cluster: `clusters.dc2.`; nothing by default. */
  readonly section?: string;
  /** Refuses every request with this, and sends none. */
  readonly refusal?: AppError;
  readonly timeoutMs: number;
  readonly transport: Transport;
  readonly dial: Dial;
  /** Milliseconds by a clock that nobody sets. */
  readonly clock: () => number;
  /** See GateOptions. */
  readonly share?: number;
}

/** An API token of somebody's own. */
export type Credential = Pick<ClientOptions, "user" | "tokenName" | "tokenValue" | "rejected">;

/** How requests come to the hosts, whoever's they are. */
export interface Route {
  readonly gate: Gate;
  /** The place in the hosts of the one that is asked first. */
  preferred: number;
}

export function newRoute({ clock, share = 1 }: ClientOptions): Route {
  const after = (ms: number) => AbortSignal.timeout(ms);
  return { gate: new Gate({ clock, after, share }), preferred: 0 };
}
