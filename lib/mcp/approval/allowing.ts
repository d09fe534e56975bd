import type { Plan } from "../../database/plans.ts";
import { AppError } from "../../errors.ts";
import { guestsIn } from "../../proxmox/guest/directory.ts";
import type { CallRequest } from "../call_request.ts";
import type { CallServices } from "../call_services.ts";
import { proxmoxIn } from "../clusters/reached.ts";
import { Denied } from "../denied.ts";
import { rehearse } from "../rehearsal.ts";
import { differences, guestBasisOf, type Shown } from "./basis.ts";

/** Asked before these guests are changed; a rejection keeps that from being sent. */
export type Allow = (vmids: readonly number[]) => Promise<void>;

interface Options {
  readonly services: CallServices;
  readonly request: CallRequest;
  readonly action: string;
  /** True where nothing may be changed that was not released. */
  readonly always: boolean;
  /** True for tags of a guest that is changed with approval only. */
  readonly isMarked: (tags: readonly string[]) => boolean;
  /** What somebody has released; undefined where nobody had to. */
  readonly released: { readonly plan: Plan; readonly shown: Shown } | undefined;
}

/**
 * What a call may change that runs now: what was released, while the guests are as they were shown, and else what
 * needs nobody's approval.
 */
export function allowing(options: Options): Allow {
  const { always, isMarked, released, request, services } = options;
  const planned = new Set(released?.shown.vmids);
  let same: Promise<void> | undefined;
  return async (touched) => {
    const others = touched.filter((vmid) => !planned.has(vmid));
    if (released !== undefined && others.length === 0) {
      // Before the first change: what comes after may be the call's own doing.
      return await (same ??= requireSame(options, released));
    }
    if (always) {
      const what = others.length > 0 ? `guest ${others.join(", ")}` : "this";
      throw new Denied(`somebody else must approve a change of ${what} first; call again`);
    }
    const marked = guestsIn(await proxmoxIn(services, request).resourcesFor(request))
      .find(({ vmid, tags }) => others.includes(vmid) && isMarked(tags));
    if (marked) {
      throw new Denied(`somebody else must approve a change of guest ${marked.vmid} first`);
    }
    if (released !== undefined) await (same ??= requireSame(options, released));
  };
}

/** What a call may change that follows another's task: nothing, should that have ended meanwhile. */
export function followOnly(): Promise<void> {
  const state = "the same change was under way, and has ended just now: look before calling again";
  return Promise.reject(new AppError("conflict", state));
}

/** Another change may have had a guest while this call waited for it. */
async function requireSame(
  { services, request, action }: Options,
  { plan, shown }: NonNullable<Options["released"]>,
): Promise<void> {
  const vmids = new Set([...shown.vmids, ...shown.basis.guests.map(({ vmid }) => vmid)]);
  const rows = await proxmoxIn(services, request).resourcesFor(request);
  const seen = { guests: guestsIn(rows).filter(({ vmid }) => vmids.has(vmid)), rows };
  // Work in the background may ask when the call is over.
  const guests = await rehearse(services, { ...request, signal: services.stopping }, {
    action,
    look: ({ pve }) => guestBasisOf(pve, seen),
  });
  const changed = differences(shown.basis, { ...shown.basis, guests });
  if (changed.length > 0) throw outdated(plan, changed);
}

/** @param changed in words, what is not as it was shown any more */
export function outdated({ id }: Plan, changed: readonly string[]): AppError {
  return new AppError(
    "conflict",
    `plan ${id} was approved, but since it was made ${
      changed.join("; ")
    }; nothing was done, and the plan is void: call again for a new one`,
  );
}
