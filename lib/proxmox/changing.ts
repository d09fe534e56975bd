import type { Params } from "./api/client.ts";
import type { ApiPath } from "../upstream/path.ts";
import type { Verb } from "./api/types.ts";
import { isRecord } from "./api/values.ts";
import { type Changed, type Concerned, concernedBy } from "./concerned.ts";
import type { Holds } from "./holds.ts";
import { marked } from "./mark.ts";
import { type PlannedElsewhere, withoutSecrets } from "./plan.ts";
import type { Planning } from "./planning.ts";
import type { PveCall, PveShared } from "./pve_parts.ts";
import type { SharedTask, Sharing, Subject } from "./sharing.ts";
import { isUpid } from "./tasks.ts";
import { MOST_TOUCHED, type Touched } from "./touched.ts";

/** A request that changes something. */
export interface ChangeRequest {
  readonly verb: Exclude<Verb, "GET">;
  readonly path: ApiPath;
  readonly params: Params;
}

/** Who makes a change, as far as identical calls must know. */
type Maker = Parameters<Sharing["begin"]>[0];

interface Parts {
  readonly shared: Pick<PveShared, "client" | "personal" | "seen" | "share">;
  readonly call: Pick<PveCall, "caller" | "dryRun" | "joins" | "mark" | "sharing" | "signal">;
  readonly touched: Touched;
  readonly holds: Pick<Holds, "assure">;
  readonly planning: Planning;
  readonly explained: (error: unknown) => Promise<unknown>;
}

/**
 * The changes that one call makes: each is announced before it is sent, and what was read is forgotten
 * before and after.
 */
export class Changing {
  readonly #parts: Parts;
  /** The last UPID that Proxmox gave. */
  upid: string | undefined;
  /** The task that is the call's whole change, which identical calls follow too. */
  whole: string | undefined;
  /** The guest that the answer tells of first. */
  subject: Subject | undefined;
  /** What the changes so far concern. */
  readonly #concerned = new Set<Concerned>();
  #steps = 0;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** True once a change was sent. */
  get hasBegun(): boolean {
    return this.#concerned.size > 0;
  }

  /** Takes over the task of an identical call, for the answer and the audit. */
  join({ upid, subject, vmids }: SharedTask): void {
    this.upid = upid;
    this.whole = upid;
    this.subject = subject;
    for (const vmid of vmids) this.#parts.touched.note(vmid);
  }

  /** Has identical calls each make what is sent meanwhile. */
  async step<T>(send: () => Promise<T>): Promise<T> {
    this.#steps++;
    try {
      return await send();
    } finally {
      this.#steps--;
    }
  }

  /** Makes a change, or plans it in a dry run. */
  async make({ verb, path: at, params: plain }: ChangeRequest, maker: Maker): Promise<unknown> {
    const { call, holds, planning, shared, touched } = this.#parts;
    const path = String(at);
    const mark = verb === "POST" && !shared.personal ? call.mark : undefined;
    const params = mark === undefined ? plain : marked(plain, { path, mark });
    touched.noteRequest(path, params);
    if (call.dryRun) {
      const where = call.joins === undefined ? {} : { cluster: call.joins.cluster };
      return planning.request({ ...where, method: verb, path, params });
    }
    await holds.assure();
    const sharing = this.#steps > 0 ? undefined : call.sharing;
    if (sharing) await sharing.begin(maker, (beginning) => touched.announce(beginning));
    else await touched.announce();
    let task: SharedTask | undefined;
    try {
      this.#concerned.add(concernedBy(path));
      const data = await this.#send({ verb, path: at, params });
      if (isUpid(data)) task = { upid: data, subject: this.subject, vmids: touched.vmids };
      if (sharing) this.whole = task?.upid;
      return data;
    } finally {
      await sharing?.began(task);
    }
  }

  /**
   * Makes a change elsewhere than in the cluster: permitted, announced and in a dry run planned as any. An
   * identical call finds a task there by itself, and what the cluster tells may come from there.
   */
  async elsewhere(
    { vmids, ...request }: PlannedElsewhere,
    send: () => Promise<unknown>,
  ): Promise<unknown> {
    const { call, holds, planning, touched } = this.#parts;
    for (const vmid of vmids) touched.note(vmid);
    if (call.dryRun) return planning.request(request);
    await holds.assure();
    await touched.announce();
    this.#concerned.add("all");
    this.forget();
    try {
      const data = await send();
      if (isUpid(data)) {
        this.upid = data;
        call.sharing?.letOthers();
      }
      return data;
    } finally {
      this.forget();
    }
  }

  /**
   * No reader that comes after a change is told what was read before it, whatever token it was read with. A
   * call that has changed nothing forgets all: it has followed somebody's change.
   *
   * @param changed by this call when not given
   */
  forget({ concerned, vmids }: Changed = this.#changed): void {
    const { shared } = this.#parts;
    const isKnown = concerned.size > 0 && !concerned.has("all") && vmids.length < MOST_TOUCHED;
    const changed = isKnown ? new Set(vmids) : undefined;
    for (const { directory, reads } of shared.seen()) {
      reads.drop(changed);
      if (!isKnown) directory.drop();
      else directory.dropStates();
      for (const vmid of isKnown ? concerned : []) {
        if (typeof vmid === "number") directory.dropGuest(vmid);
      }
    }
  }

  get #changed(): Changed {
    return { concerned: this.#concerned, vmids: this.#parts.touched.vmids };
  }

  async #send({ verb, path, params }: ChangeRequest): Promise<unknown> {
    const { shared, call: { caller, signal }, explained } = this.#parts;
    this.forget();
    try {
      const { data } = await shared.client.request(verb, path, { caller, params, signal });
      // A terminal's task stands beside what opens it.
      const upid = isRecord(data) ? data.upid : data;
      if (isUpid(upid)) this.upid = upid;
      if (isUpid(data)) shared.share.began(data, this.#changed);
      return data;
    } catch (error) {
      throw withoutSecrets(await explained(error), params);
    } finally {
      this.forget();
    }
  }
}
