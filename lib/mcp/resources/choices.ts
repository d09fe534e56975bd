import type { ServerContext } from "@modelcontextprotocol/server";
import { tasksWithin } from "../../proxmox/cluster/task_reach.ts";
import { taskOf } from "../../proxmox/cluster/task_list.ts";
import { guestsIn } from "../../proxmox/guest/directory.ts";
import { nodesIn } from "../../proxmox/known.ts";
import { onlyLooking } from "../../proxmox/only_looking.ts";
import { Pve } from "../../proxmox/pve.ts";
import { unlessAborted } from "../../upstream/abort.ts";
import { type Caller, callerOf } from "../caller.ts";
import { visibleTo } from "../clusters/argument.ts";
import { askAll } from "../clusters/ask_all.ts";
import { reachedIn } from "../clusters/reached.ts";
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
  const caller = callerOf(context);
  const visible = visibleTo(services.proxmox.names, caller.principal.limits);
  if (variable === "cluster") return visible.toSorted();
  const choices = Object.hasOwn(CHOICES, variable) ? CHOICES[variable] : undefined;
  if (!choices) return [];
  const { cluster: named, ...values } = given;
  const clusters = visible.filter((name) => named === undefined || name === named);
  const signal = AbortSignal.any([context.mcpReq.signal, AbortSignal.timeout(PATIENCE_MS)]);
  const answers = await askAll(clusters, async (cluster, signal) => {
    const pve = await looking(services, { ...caller, cluster }, signal);
    return await unlessAborted(choices(pve, values), signal);
  }, {
    ...{ ...services, signal },
    stragglers: services.stragglers.of("completion", caller.principal),
  });
  return [...new Set(answers.flatMap((answer) => "value" in answer ? answer.value : []))].sort();
}

/** Proxmox for who only looks. */
async function looking(
  services: McpServices,
  caller: Caller & { readonly cluster: string },
  signal: AbortSignal,
): Promise<Pve> {
  const { principal } = caller;
  const call = onlyLooking({
    caller: `token ${principal.tokenId}`,
    signal,
    reach: reachOf(principal.limits),
    action: "complete an argument",
  });
  return new Pve(await reachedIn(services, caller), call);
}
