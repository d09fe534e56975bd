import * as z from "zod";
import { aboutGuest } from "./about_guest.ts";
import type { Guest, GuestType } from "../proxmox/guest/directory.ts";
import { changePower } from "../proxmox/guest/change_power.ts";
import type { Pve } from "../proxmox/pve.ts";
import { guestInput, guestTaskResult, waiting } from "./fields.ts";
import { type AnyTool, CHANGES, type ConditionalPrivilege, DESTROYS } from "./tool.ts";

const common = { ...guestInput, ...waiting };

type Input<Extra extends z.ZodRawShape> = z.output<z.ZodObject<typeof common & Extra>>;

/** What a power tool declares; the rest is the same for all. */
interface PowerSpec<T extends GuestType, Extra extends z.ZodRawShape> {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  /** Among what most work needs. */
  readonly core?: true;
  /** What it does, as the infinitive that follows "Cannot": `shut down VM`. */
  readonly does: string;
  readonly type: T;
  /** The states in which it makes sense. */
  readonly from: readonly string[];
  /** The state in which nothing is left to do; none where it is done anew each time. */
  readonly to?: string | ((input: Input<Extra>) => string);
  /** True when HA makes the change where it manages the guest. */
  readonly haDoes?: boolean;
  /** True when the guest starts again by itself after the task. */
  readonly restarts?: boolean;
  /** True when what the guest has not saved is lost. */
  readonly discards?: boolean;
  /** What a call needs besides `VM.PowerMgmt`, by its input. */
  readonly conditionalPrivileges?: readonly ConditionalPrivilege<Input<Extra>>[];
  /** Input besides the guest and waiting. */
  readonly input?: Extra;
  /** Sends the request; gives the UPID. `byHa` where HA manages the guest. */
  send(
    pve: Pve,
    guest: Guest<T>,
    input: Input<Extra> & { byHa: boolean },
  ): Promise<unknown>;
}

/** A tool that changes the power state of one guest. */
export function powerTool<
  T extends GuestType,
  Extra extends z.ZodRawShape = Record<never, never>,
>(
  { core, discards = false, does, from, haDoes, input, restarts, send, to, type, ...described }:
    PowerSpec<T, Extra>,
): AnyTool {
  return {
    ...described,
    scope: discards ? "admin" : "write",
    toolsets: core ? ["guests", "core"] : ["guests"],
    hints: discards ? DESTROYS : CHANGES,
    subject: "guest",
    privileges: [["/vms/{vmid}", "VM.PowerMgmt"]],
    input: z.strictObject({ ...common, ...input }),
    output: z.object(guestTaskResult),
    action: ({ vmid }) => `${does} ${vmid}`,
    ...(discards ? { about: aboutGuest({ type }) } : {}),
    run: (given, { pve }) =>
      changePower(pve, given, {
        type,
        from,
        haDoes,
        restarts,
        to: typeof to === "function" ? to(given) : to,
        send: (guest, byHa) => send(pve, guest, { ...given, byHa }),
      }),
  };
}
