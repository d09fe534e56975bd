import type { Server, ServerContext } from "@modelcontextprotocol/server";
import type { CallRequest, Done } from "../call_request.ts";
import { callerOf } from "../caller.ts";
import { Finished } from "../finished.ts";
import type { McpServices } from "../server.ts";
import { told, warned } from "../told.ts";
import type { Pve } from "../../proxmox/pve.ts";
import { declaresTasks, hasExtension } from "./extension.ts";
import { type CreatedTask, lastLine, taskFacts } from "./task.ts";

/** The fields of an output that tell how its task stands. */
const STATE = new Set(["upid", "status", "exit_status", "warnings", "log_tail"]);

/** How a call's task is handed over to a client that follows it by itself. */
export class Handover {
  readonly #services: McpServices;
  readonly #context: ServerContext;
  #task: CreatedTask | undefined;

  private constructor(services: McpServices, context: ServerContext) {
    this.#services = services;
    this.#context = context;
  }

  /** Undefined for a client that cannot follow a task, or whose token may not look at one. */
  static for(
    services: McpServices,
    { server, context }: { server: Server; context: ServerContext },
  ): Handover | undefined {
    if (!hasExtension(server) || !declaresTasks(context)) return undefined;
    const { catalog } = services;
    const looks = catalog.get("get_task");
    const mayLook = looks !== undefined && catalog.allows(looks, callerOf(context).principal);
    return mayLook ? new Handover(services, context) : undefined;
  }

  /** The task, when the call has begun one and did not see its end. */
  get task(): CreatedTask | undefined {
    return this.#task;
  }

  /** What the call must know. */
  get request(): Pick<CallRequest, "conclude" | "detaches"> {
    return { detaches: true, conclude: (pve, done) => this.#conclude(pve, done) };
  }

  async #conclude(pve: Pve, { tool, output, action, cluster }: Done): Promise<Finished> {
    const { finish, now, proxmox, taskIds } = this.#services;
    if (pve.hasDetached) {
      const own = Object.entries(output).filter(([key]) => !STATE.has(key));
      const created = now().getTime();
      const taskId = await taskIds.create({
        upid: String(output.upid),
        ...(proxmox.several ? { cluster: pve.cluster } : {}),
        tool: tool.name,
        action,
        subject: pve.subject,
        vmids: pve.vmids,
        output: warned(tool, Object.fromEntries(own), pve.warnings),
        created,
      }, callerOf(this.#context).principal);
      if (taskId !== undefined) {
        const message = lastLine(output.log_tail) ?? `${action}: task runs`;
        const facts = taskFacts({ taskId, created, now: created, message });
        this.#task = { resultType: "task", ...facts, status: "working", content: [] };
        return new Finished({ ...facts });
      }
      pve.warnRunning();
    }
    const finished = await finish(tool, await told(pve, { tool, output }));
    return cluster === undefined ? finished : finished.inCluster(cluster);
  }
}
