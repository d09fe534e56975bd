import { AppError } from "../../errors.ts";
import { oncePer } from "../../once_per.ts";
import { flag, number, type Resource, tagList, text } from "../api/values.ts";

export type GuestType = "qemu" | "lxc";

/** A VM or a container, as the cluster's resource list knows it. */
export interface Guest<T extends GuestType = GuestType> {
  readonly vmid: number;
  readonly type: T;
  readonly node: string;
  /** Absent for a guest made in the last seconds and for guests of an offline node. */
  readonly name: string | undefined;
  /** `running`, `stopped`, `paused`, or `unknown` when its node is offline or the guest is new. */
  readonly status: string;
  readonly template: boolean;
  readonly tags: readonly string[];
  readonly pool: string | undefined;
  readonly lock: string | undefined;
}

/** `VM 101` or `container 200`, as messages name a guest. */
export function guestLabel(guest: Pick<Guest, "type" | "vmid">): string {
  return `${kind(guest.type)} ${guest.vmid}`;
}

export function isContainer(guest: Guest): guest is Guest<"lxc"> {
  return guest.type === "lxc";
}

export function isVm(guest: Guest): guest is Guest<"qemu"> {
  return guest.type === "qemu";
}

/** Reads a row of `/cluster/resources`; undefined when it is not a guest. */
export function guestOf(row: Resource): Guest | undefined {
  const vmid = number(row.vmid);
  if ((row.type !== "qemu" && row.type !== "lxc") || vmid === undefined || !row.node) return;
  return {
    vmid,
    type: row.type,
    node: row.node,
    name: text(row.name),
    status: text(row.status) ?? "unknown",
    template: flag(row.template),
    tags: tagList(row.tags),
    pool: text(row.pool),
    lock: text(row.lock),
  };
}

/** A guest by its id or unique name. */
export interface GivenGuest {
  readonly vmid: number | string;
  readonly node?: string | undefined;
}

/**
 * Refuses a guest of another type or on another node than the caller meant.
 *
 * @param otherwise what to do with a guest of the other type
 * @throws AppError `conflict` naming the type that it has, `not_found` naming the node
 */
export function assertMeant(
  guest: Guest,
  given: GivenGuest & { readonly type?: GuestType },
  otherwise: string,
): void {
  if (given.type && guest.type !== given.type) {
    const state = `${given.vmid} is a ${kind(guest.type)}, not a ${kind(given.type)}`;
    throw new AppError("conflict", `${state}: ${otherwise}`);
  }
  if (given.node !== undefined && given.node !== guest.node) {
    throw new AppError(
      "not_found",
      `${guestLabel(guest)} is on node ${guest.node}, not on ${given.node}; leave node out`,
    );
  }
}

function kind(type: GuestType): string {
  return type === "qemu" ? "VM" : "container";
}

/** The guests among resources. */
export const guestsIn: (rows: readonly Resource[]) => readonly Guest[] = oncePer(
  (rows: readonly Resource[]) => rows.map(guestOf).filter((guest) => guest !== undefined),
);
