import type { ServerContext } from "@modelcontextprotocol/server";
import { tasksWithin } from "../../proxmox/cluster/task_reach.ts";
import { taskOf } from "../../proxmox/cluster/task_list.ts";
import { guestsIn } from "../../proxmox/guest/directory.ts";
import { nodesIn } from "../../proxmox/known.ts";
import { Pve } from "../../proxmox/pve.ts";
import { callerOf } from "../caller.ts";
import { reachOf } from "../reach.ts";
import type { McpServices } from "../server.ts";
import type { Values } from "./kind.ts";

const PATIENCE_MS = 10_000;

/** What a variable can be, of all that the caller may know of. */
type Choices = (pve: Pve, given: Values) => Promise<readonly string[]>;

const CHOICES: Readonly<Record<string, Choices>> = {
  node: async (pve) => nodesIn(await pve.resources({ fresh: false })),
  vmid: async (pve) => {
    const guests = guestsIn(await pve.resources({ fresh: false }));
    return guests.flatMap(({ vmid, name }) => name === undefined ? [`${vmid}`] : [`${vmid}`, name]);
  },
  storage: async (pve, { node }) =>
    (await pve.resources({ fresh: false }))
      .filter((row) => row.type === "storage" && (node === undefined || row.node === node))
      .map((row) => row.storage ?? ""),
  upid: async (pve) => {
    const tasks = (await pve.list("/cluster/tasks")).map((row) => taskOf(row));
    return tasks.filter(await tasksWithin(pve)).map(({ upid }) => upid);
  },
};

/** What a variable can be for this caller, sorted; nothing for one that nothing is known of. */
export async function choicesFor(
  services: McpServices,
  { context, variable, given }: { context: ServerContext; variable: string; given: Values },
): Promise<string[]> {
  const choices = Object.hasOwn(CHOICES, variable) ? CHOICES[variable] : undefined;
  if (!choices) return [];
  const caller = callerOf(context);
  const { principal } = caller;
  const pve = new Pve(await services.proxmox.first.of(caller), {
    caller: `token ${principal.tokenId}`,
    signal: AbortSignal.any([context.mcpReq.signal, AbortSignal.timeout(PATIENCE_MS)]),
    reach: reachOf(principal.limits),
    dryRun: true,
    action: "complete an argument",
    progress: () => {},
    permit: () => Promise.resolve(),
    announce: () => Promise.resolve(true),
  });
  return [...new Set(await choices(pve, given))].sort();
}
