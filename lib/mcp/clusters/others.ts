import type { Tenant } from "../../backups/whose.ts";
import { AppError } from "../../errors.ts";
import { instead } from "../../proxmox/known.ts";
import { Pve } from "../../proxmox/pve.ts";
import type { PveCall } from "../../proxmox/pve_parts.ts";
import { unlessAborted } from "../../upstream/abort.ts";
import type { OtherClusters } from "../../tool/other_clusters.ts";
import type { CallServices } from "../call_services.ts";
import { visibleTo } from "./argument.ts";
import { type ClusterCaller, reachedIn } from "./reached.ts";

interface Options {
  readonly caller: ClusterCaller & {
    readonly meant?: string | undefined;
    readonly asked?: readonly string[] | undefined;
  };
  /** The call in its own cluster. */
  readonly call: PveCall;
  readonly pve: Pve;
}

/** What a call that begins in one cluster has of the others, until it is released. */
export class Others implements OtherClusters {
  readonly #services: Pick<CallServices, "proxmox" | "tenants">;
  readonly #options: Options;
  readonly #opened: Pve[] = [];

  constructor(services: Pick<CallServices, "proxmox" | "tenants">, options: Options) {
    this.#services = services;
    this.#options = options;
  }

  get names(): string[] {
    return visibleTo(this.#services.proxmox.names, this.#options.caller.principal.limits);
  }

  get meant(): string | undefined {
    return this.#options.caller.meant;
  }

  get asked(): readonly string[] {
    const { caller: { asked }, pve } = this.#options;
    return asked ?? [pve.cluster];
  }

  tenants(): Promise<readonly Tenant[]> {
    return unlessAborted(this.#services.tenants.all(), this.#options.call.signal);
  }

  async pve(name: string): Promise<Pve> {
    const { call, caller, pve } = this.#options;
    const { names } = this;
    if (!names.includes(name)) {
      throw new AppError("not_found", `there is no cluster ${name}${instead(name, names)}`);
    }
    if (name === pve.cluster) return pve;
    const { begunGuests: _, detaches: __, sharing: ___, ...bound } = call;
    const other = new Pve(await reachedIn(this.#services, { ...caller, cluster: name }), {
      ...bound,
      // The call's row names the guests of its own cluster.
      announce: () => pve.announce(),
      joins: { plan: pve.plan, cluster: name },
    });
    this.#opened.push(other);
    return other;
  }

  release(): void {
    for (const each of this.#opened) each.release();
  }
}
