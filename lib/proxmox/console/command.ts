import { AppError } from "../../errors.ts";
import type { Guest } from "../guest/directory.ts";
import type { Pve } from "../pve.ts";
import { checkConsole, explainClosed } from "./preflight.ts";
import { type ConsoleCommand, type ConsoleResult, runInConsole } from "./run.ts";

/** What a run takes beyond its command. */
const LEASE_SECONDS = 120;

/**
 * Runs a command in a container, one at a time on all instances, once its terminal can show a shell; in a
 * dry run plans it and gives nothing.
 *
 * @throws AppError `conflict` naming what the container lacks, or that another command runs in it
 */
export async function runInContainer(
  pve: Pve,
  guest: Guest<"lxc">,
  command: ConsoleCommand,
): Promise<ConsoleResult | undefined> {
  await checkConsole(pve, guest);
  const { node, vmid } = guest;
  if (pve.dryRun) {
    await pve.post("/nodes/{node}/lxc/{vmid}/termproxy", { node, vmid });
    return undefined;
  }
  if (!await pve.lease(`console:${vmid}`, command.timeoutSeconds + LEASE_SECONDS)) {
    const state = `another command runs in container ${vmid}, and its terminal is one`;
    throw new AppError("conflict", `${state}: retry when it has ended`);
  }
  return await runInConsole(pve, guest, command).catch(async (error) => {
    throw await explainClosed(pve, node, error);
  });
}
