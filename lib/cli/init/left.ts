import { typed } from "../../command.ts";
import type { Texts } from "./texts.ts";

/**
 * What brings something new in the config to a server that runs, in the order in which it is done.
 *
 * @param option ` --config FILE` where the config is not found without
 */
export function leftToDo({ lockedAnew, restart }: Texts, option: string): string[] {
  return [
    `${lockedAnew} ${typed(`unit${option}`)}`,
    `${restart} systemctl restart proxmox-mcp`,
  ];
}
