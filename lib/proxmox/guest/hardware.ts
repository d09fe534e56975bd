import type { GuestConfig } from "../api/values.ts";
import type { Patience } from "../following.ts";
import type { Pve } from "../pve.ts";
import { type ConfigEdit, type ConfigResult, configureGuest } from "./configure.ts";
import type { Guest, GuestType } from "./directory.ts";

/** What was added to a guest, and what the change of its configuration did. */
export interface Added extends Partial<ConfigResult> {
  /** Its key in the configuration. */
  readonly device: string;
}

/** What is to be added. */
interface Addition {
  readonly key: string;
  readonly value: string;
  /** What else is set with it. */
  readonly also?: Readonly<Record<string, string | undefined>>;
  readonly inTask?: Patience;
}

/** Adds hardware to a guest, by what is in its configuration now. */
export async function addHardware<T extends GuestType>(
  pve: Pve,
  guest: Guest<T>,
  add: (config: GuestConfig) => Addition,
): Promise<Added> {
  let device = "";
  const result = await configureGuest<T>(pve, guest, (before) => {
    const { key, value, also, inTask } = add(before);
    device = key;
    // Each of these keys is a setting of a guest of this type.
    const set = { ...also, [key]: value } as ConfigEdit<T>["set"];
    return { set, inTask };
  });
  return { ...result, device };
}
