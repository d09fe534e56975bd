import assert from "node:assert/strict";
import type { FaultMatch } from "../../fake_pve.ts";
import type { Site, ToolAnswer } from "../../site.ts";

/** A kind of call, and the request of it that the faults strike. */
export interface CallKind {
  readonly name: string;
  readonly tool: string;
  readonly strikes: FaultMatch;
  /** Makes the call, which bears the mark where it can. */
  call(site: Site, mark: string): Promise<ToolAnswer>;
  /** Whether Proxmox has done what the call with this mark asks for. */
  done(site: Site, mark: string): boolean;
}

/** A VM with an agent that runs on the first node, and one there that is stopped. */
const RUNNING = 100;
const STOPPED = 101;

export const CALLS: readonly CallKind[] = [
  {
    name: "read",
    tool: "get_vms",
    strikes: { method: "GET", path: /^\/cluster\/resources$/ },
    call: async (site) => {
      const answer = await site.call("get_vms");
      if (!answer.isError) assert.ok(answer.value.vms.length > 0, "a failed read is no empty list");
      return answer;
    },
    done: () => true,
  },
  {
    name: "change",
    tool: "update_vm",
    strikes: { method: "PUT", path: /\/config$/ },
    call: (site, mark) => site.call("update_vm", { vmid: STOPPED, description: mark }),
    done: (site, mark) => site.fake.state.guests.get(STOPPED)?.config.description === mark,
  },
  {
    name: "start",
    tool: "start_vm",
    strikes: { method: "POST", path: /\/status\/start$/ },
    call: (site) => site.call("start_vm", { vmid: STOPPED }),
    done: hasStarted,
  },
  {
    name: "follow",
    tool: "start_vm",
    strikes: { method: "GET", path: /\/tasks\/[^/]+\/status$/ },
    call: (site) => streamed(site, "start_vm", { vmid: STOPPED }),
    done: hasStarted,
  },
  {
    name: "exec",
    tool: "execute_vm_command",
    strikes: { method: "POST", path: /\/agent\/exec$/ },
    call: run,
    done: hasRun,
  },
  {
    name: "output",
    tool: "execute_vm_command",
    strikes: { method: "GET", path: /\/agent\/exec-status$/ },
    call: run,
    done: hasRun,
  },
];

/** Lets the guest keep what was run in it. */
export function watchCommands({ fake }: Site): void {
  fake.state.exec = ([, mark = ""], guest) => {
    guest.agent.files.set(mark, "");
    return { exitcode: 0 };
  };
}

/** Puts what the calls change back to where it was. */
export function putBack(site: Site): void {
  site.fake.finishTasks();
  const guest = site.fake.state.guests.get(STOPPED);
  if (guest) guest.status = "stopped";
}

function hasStarted(site: Site): boolean {
  site.fake.finishTasks();
  return site.fake.state.guests.get(STOPPED)?.status === "running";
}

function run(site: Site, mark: string): Promise<ToolAnswer> {
  return site.call("execute_vm_command", { vmid: RUNNING, command: ["true", mark] });
}

function hasRun(site: Site, mark: string): boolean {
  return site.fake.state.guests.get(RUNNING)?.agent.files.has(mark) ?? false;
}

/** Calls a tool over HTTP+SSE, with progress asked for. */
async function streamed(
  site: Site,
  name: string,
  args: Record<string, unknown>,
): Promise<ToolAnswer> {
  const stream = await fetch(`${site.server.url}/sse`, { headers: site.headers() });
  const reader = stream.body!.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  const next = async (pattern: RegExp): Promise<string> => {
    for (;;) {
      const found = pattern.exec(text)?.[1];
      if (found !== undefined) return found;
      const { done, value } = await reader.read();
      if (done) throw new Error(`the stream ended: ${text}`);
      text += value;
    }
  };
  const endpoint = await next(/event: endpoint\ndata: (\S+)\n/);
  const params = { name, arguments: args, _meta: { progressToken: 1 } };
  const sent = await fetch(`${site.root}${endpoint}`, {
    method: "POST",
    headers: site.headers(),
    body: JSON.stringify({ jsonrpc: "2.0", id: 7, method: "tools/call", params }),
  });
  await sent.body?.cancel();
  const { result } = JSON.parse(await next(/data: (\{.*"id":7.*\})\n/));
  await reader.cancel();
  const isError = result.isError === true;
  return {
    isError,
    // The text of what is no error has lines; its JSON has none but those that leak.
    text: isError ? result.content[0].text : JSON.stringify(result.structuredContent),
    code: result._meta?.code,
    value: result.structuredContent,
  };
}
