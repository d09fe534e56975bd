import { Limit } from "../abort.ts";
import type { Principal } from "../auth/principal.ts";
import { messageOf } from "../errors.ts";
import { Pve } from "../proxmox/pve.ts";
import type { PveCall } from "../proxmox/pve_parts.ts";
import type { OtherClusters } from "../tool/other_clusters.ts";
import { CHANGES } from "../tool/tool.ts";
import { markOfCaller } from "./callers_proxmox.ts";
import { Others } from "./clusters/others.ts";
import { proxmoxIn, reachedIn } from "./clusters/reached.ts";
import type { CallServices } from "./call_services.ts";
import { CallRecord } from "./call_record.ts";
import { permitOf } from "./halted.ts";
import type { Language } from "./messages.ts";
import { reachOf } from "./reach.ts";

type Services = Pick<
  CallServices,
  "audit" | "catalog" | "halts" | "log" | "now" | "proxmox" | "stopping" | "tenants"
>;

/** In whose name work is done, and what for. */
export interface Asked {
  readonly principal: Principal;
  readonly cluster: string;
  readonly tool: string;
  readonly arguments: unknown;
  readonly action: string;
  readonly language: Language;
  /** True for what the server does by itself: it goes out with the server's own Proxmox token. */
  readonly isOwn?: boolean;
  /** Asked before these guests are changed; a rejection keeps that from being sent. */
  readonly allow?: ((vmids: readonly number[]) => Promise<void>) | undefined;
}

/** Work that is under way. */
export interface Work<T> {
  readonly done: Promise<T>;
}

/** Who dies over work leaves it to others after so long. */
const LEASE_MS = 60_000;
const RENEW_MS = 15_000;

/**
 * Work that nobody waits for: it goes on when the call that began it is answered, until the server ends.
 * One of each kind is under way, on whichever instance, and what it changes has rows of its own.
 */
export class Background {
  readonly #services: Services;
  readonly #underWay = new Set<Promise<unknown>>();

  constructor(services: Services) {
    this.#services = services;
  }

  /** Begins work of this kind; undefined while other work of the kind is under way in its cluster. */
  async begin<T>(
    kind: string,
    asked: Asked,
    work: (pve: Pve, clusters: OtherClusters) => Promise<T>,
  ): Promise<Work<T> | undefined> {
    const { stopping } = this.#services;
    if (stopping.aborted) return undefined;
    const { own } = proxmoxIn(this.#services, asked);
    const lease = await own.leases.hold(kind, LEASE_MS);
    if (lease === undefined) return undefined;
    const limit = new Limit(stopping);
    // While the database is away nobody else can take it either.
    const beat = setInterval(() => {
      lease.renew().then((kept) => kept || limit.abort(), () => {});
    }, RENEW_MS);
    const done = this.#run(asked, { signal: limit.signal, work }).finally(async () => {
      clearInterval(beat);
      limit[Symbol.dispose]();
      await lease.giveBack().catch(() => {});
    });
    const over = done.catch(() => {}).finally(() => this.#underWay.delete(over));
    this.#underWay.add(over);
    return { done };
  }

  /** Resolves when nothing is under way; work ends soon once the server is stopping. */
  async idle(): Promise<void> {
    await Promise.all(this.#underWay);
  }

  async #run<T>(
    asked: Asked,
    { signal, work }: {
      signal: AbortSignal;
      work: (pve: Pve, clusters: OtherClusters) => Promise<T>;
    },
  ): Promise<T> {
    const { audit, halts, log, proxmox } = this.#services;
    const requestId = crypto.randomUUID();
    const record = new CallRecord(this.#services, { ...asked, transport: "background", requestId });
    if (proxmox.several) record.within(asked.cluster);
    let isAnnounced = false;
    const { own } = proxmoxIn(this.#services, asked);
    const permit = permitOf(halts, {
      tool: { hints: CHANGES },
      dryRun: false,
      language: asked.language,
    });
    const call: PveCall = {
      caller: "background",
      signal,
      mark: markOfCaller(asked.principal, requestId),
      reach: reachOf(asked.principal.limits),
      dryRun: false,
      action: asked.action,
      progress: () => {},
      permit,
      announce: async (vmids, beginning) => {
        await permit();
        await asked.allow?.(vmids);
        if (!isAnnounced) await audit.admit();
        isAnnounced = true;
        return await record.announce(vmids, { beginning, halts });
      },
      patienceMs: Infinity,
    };
    const pve = new Pve(asked.isOwn ? own : await reachedIn(this.#services, asked), call);
    const clusters = new Others(this.#services, { caller: asked, call, pve });
    const end = async (outcome: "ok" | "error" | "cancelled", error = "") => {
      record.touched(pve);
      clusters.release();
      pve.release();
      // What was only looked at leaves no row.
      if (!isAnnounced) return;
      await record.end(outcome, error).catch((cause) => log.error(messageOf(cause)));
    };
    try {
      const done = await work(pve, clusters);
      await end("ok");
      return done;
    } catch (error) {
      await end(signal.aborted ? "cancelled" : "error", messageOf(error));
      throw error;
    }
  }
}
