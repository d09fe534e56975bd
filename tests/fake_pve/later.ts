import { haSid, isRunning, kindOf } from "./guests.ts";
import type { FakeGuest, TaskLog } from "./state.ts";
import { startTask } from "./tasks.ts";
import type { Call } from "./world.ts";

/** What a node does by itself some time after a task, in one that root began. */
export function afterwards(
  call: Call,
  guest: FakeGuest,
  { name, ms, work }: { name: string; ms: number; work: () => void },
): void {
  if (ms === 0) return work();
  startTask({ ...call, who: { user: "root@pam", privsep: false } }, {
    type: `${guest.type === "qemu" ? "qm" : "vz"}${name}`,
    id: guest.vmid,
    node: guest.node,
    guest,
    lastsMs: ms,
    work,
  });
}

/** The task only notes what HA's manager is to do: the guest's node does it later. */
export function actByHa(
  call: Call,
  guest: FakeGuest,
  { name, state: wanted, task, work }: {
    name: string;
    /** `hastart`, `hastop`. */
    task: string;
    /** What is requested of the guest from now on. */
    state: string;
    work: (log: TaskLog) => void;
  },
): string {
  const { ha } = call.state;
  return startTask(call, {
    type: task,
    id: guest.vmid,
    node: guest.node,
    begin: [`Requesting HA ${task.slice(2)} for ${kindOf(guest)} ${guest.vmid}`],
    work: (log) => {
      const resource = ha.resources.get(haSid(guest));
      if (resource) resource.state = wanted;
      if (resource?.reported === "error") return;
      afterwards(call, guest, {
        name,
        ms: ha.actMs,
        work: () => {
          if (isRunning(guest) !== (wanted === "started")) work(log);
        },
      });
    },
  });
}
